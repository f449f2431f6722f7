import type { KeyGlanceRow } from "../shared/views.ts";
import { keyName } from "../shared/format.ts";
import { text } from "../shared/words.ts";
import { attentionText } from "../shared/attention/words.ts";
import { overviewText } from "./words.ts";
import { Card, Empty } from "../shared/ui/card.tsx";
import { StatusChip } from "../shared/ui/status_chip.tsx";
import type { RibbonMark, Ribbons } from "./key_ribbon.ts";

const words = overviewText;
const SLOTS = 40;
const FILL: Readonly<Record<RibbonMark, string>> = {
  ok: "fill-good-fill",
  limited: "fill-warn-fill",
  failed: "fill-bad-fill",
  cancelled: "fill-edge",
};
/** Height tells the kind too, so that the ribbon reads without colour. */
const HEIGHT: Readonly<Record<RibbonMark, number>> = { ok: 16, limited: 11, failed: 7, cancelled: 4 };

const MARKS = Object.keys(HEIGHT) as readonly RibbonMark[];

/** The last forty attempts of a key, the newest on the right. */
export function Ribbon({ marks }: { marks: readonly RibbonMark[] }) {
  const count = (mark: RibbonMark) => marks.filter((one) => one === mark).length;
  const label = marks.length === 0
    ? words.noAttempts
    : words.ribbonLabel(count("ok"), count("limited"), count("failed"));
  const slots = [...Array.from({ length: SLOTS - marks.length }, () => undefined), ...marks];
  // A path a kind, not an element a bar.
  const bars = (wanted: RibbonMark | undefined, height: number) =>
    slots.map((mark, index) => mark === wanted ? `M${index * 5} 16v${-height}h3.6V16z` : "").join("");
  return (
    <svg
      viewBox={`0 0 ${SLOTS * 5} 16`}
      preserveAspectRatio="none"
      class="h-4 w-full"
      role="img"
      aria-label={label}
    >
      <path d={bars(undefined, 2)} class="fill-line" />
      {MARKS.map((mark) => <path key={mark} d={bars(mark, HEIGHT[mark])} class={FILL[mark]} />)}
    </svg>
  );
}

/** Keys in one line each with their history, as they come: those in trouble first. `total` counts those beside them too. */
export function KeyGlance(
  { keys, total, ribbons }: { keys: readonly KeyGlanceRow[]; total: number; ribbons: Ribbons },
) {
  return (
    <Card
      title={words.keysGlance}
      note={keys.length === 0 ? undefined : words.ribbonNote}
      action={<a class="btn btn-quiet btn-small" href="/dashboard/keys">{text.nav.keys}</a>}
    >
      {keys.length === 0
        ? (
          <Empty icon="keys" title={attentionText.noKeys}>
            <a class="btn btn-primary mt-2" href="/dashboard/setup">{words.start}</a>
          </Empty>
        )
        : (
          <ul class="grid gap-2.5">
            {keys.map((key) => (
              <li key={key.id} class="grid grid-cols-[minmax(5rem,9rem)_5.2rem_1fr] items-center gap-3">
                <a class="truncate hover:underline" href={`/dashboard/keys?focus=${key.id}`}>
                  {keyName(key)}
                </a>
                <StatusChip status={key.status} />
                <Ribbon marks={ribbons.get(key.id) ?? []} />
              </li>
            ))}
          </ul>
        )}
      {total > keys.length && <p class="pt-3 text-xs text-mute">{words.more(total - keys.length)}</p>}
    </Card>
  );
}
