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

/** Calls of each of the last 24 hours, what failed at the foot of each bar. */
export function Sparkline({ name, activity }: { name: string; activity: Activity | undefined }) {
  const { requests = [], errors = [] } = activity ?? {};
  const most = Math.max(1, ...requests);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const height = (count: number) => count === 0 ? 0 : Math.max(2, count / most * HEIGHT);
  const label = words.sparkline(name, sum(requests), sum(errors));
  return (
    <svg
      viewBox={`0 0 ${24 * STEP} ${HEIGHT + 1}`}
      preserveAspectRatio="none"
      class="block h-5 w-16 sm:w-24"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <rect y={HEIGHT} width={24 * STEP} height="1" class="fill-line" />
      {requests.map((count, hour) =>
        count > 0 && (
          <g key={hour}>
            <rect
              x={hour * STEP}
              y={HEIGHT - height(count)}
              width="3"
              height={height(count)}
              class="fill-accent"
            />
            {(errors[hour] ?? 0) > 0 && (
              <rect
                x={hour * STEP}
                y={HEIGHT - height(errors[hour] ?? 0)}
                width="3"
                height={height(errors[hour] ?? 0)}
                class="fill-bad-fill"
              />
            )}
          </g>
        )
      )}
    </svg>
  );
}
