import { shortNumber } from "../shared/format.ts";
import { leftTone, Meter } from "../shared/ui/meter.tsx";
import { text } from "../shared/words.ts";
import type { Activity } from "./use_keys.ts";
import { keysText } from "./words.ts";

const words = keysText;
const HEIGHT = 20;
const STEP = 4;

/** How much of the fullest daily limit is used; dashed where the limit is published and not confirmed. */
export function DayBar({ name, day }: { name: string; day: Activity["day"] | undefined }) {
  if (day === undefined || day === null) return <span class="text-mute">–</span>;
  const { model, used, limit, published } = day;
  const share = used / limit;
  const label = `${words.dayOf(name, used, limit, model)}${published ? `, ${text.kinds.published}` : ""}`;
  return (
    <span class="flex items-center gap-2" title={label}>
      <span class="w-16 shrink-0 xl:w-24">
        <Meter share={share} label={label} tone={leftTone(1 - share)} dashed={published} />
      </span>
      <span class="num text-xs whitespace-nowrap text-mute" aria-hidden="true">
        {shortNumber(used)}/{shortNumber(limit)}
      </span>
    </span>
  );
}

/** Calls of each of the last 24 hours: at the foot of each bar what failed, above it what failed here and was tried again. */
export function Sparkline({ name, activity }: { name: string; activity: Activity | undefined }) {
  const { requests = [], errors = [], retried = [] } = activity ?? {};
  const failedOrRetried = errors.map((count, hour) => count + (retried[hour] ?? 0));
  const all = requests.map((count, hour) => count + (retried[hour] ?? 0));
  const most = Math.max(1, ...all);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  // A path each, not an element a bar: a page has fifty keys with 24 hours each.
  const bars = (counts: readonly number[]) =>
    counts.map((count, hour) =>
      count > 0 ? `M${hour * STEP} ${HEIGHT}v${-Math.max(2, count / most * HEIGHT)}h3V${HEIGHT}z` : ""
    ).join("");
  const label = words.sparkline(name, sum(requests), sum(errors), sum(retried));
  return (
    <svg
      viewBox={`0 0 ${24 * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      class="block h-5 w-16 border-b border-line sm:w-24"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <path d={bars(all)} class="fill-accent" />
      <path d={bars(failedOrRetried)} class="fill-warn-fill" />
      <path d={bars(errors)} class="fill-bad-fill" />
    </svg>
  );
}
