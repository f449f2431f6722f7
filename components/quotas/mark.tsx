import type { ComponentChildren } from "preact";
import { type Mark, MARKS } from "./marks.ts";
import { quotasText } from "./words.ts";

/** Each mark has a form of its own, and a letter where it does not serve, so that none depends on colour alone. */
const FORMS: Readonly<Record<Mark, ComponentChildren>> = {
  free: (
    <>
      <circle cx="8" cy="8" r="6.5" class="fill-good-wash stroke-good-fill" />
      <path d="M5 8.2l2.2 2.2L11 6" class="fill-none stroke-good" />
    </>
  ),
  low: (
    <>
      <circle cx="8" cy="8" r="6.5" class="fill-none stroke-warn" />
      <path d="M8 8h6.5A6.5 6.5 0 0 1 1.5 8z" class="fill-warn-fill stroke-warn" />
    </>
  ),
  minute: <circle cx="8" cy="8" r="7" class="fill-warn-wash stroke-warn" />,
  cooling: <path d="M8 .8L15.2 8 8 15.2.8 8z" class="fill-warn-wash stroke-warn" />,
  day: <rect x="1.2" y="1.2" width="13.6" height="13.6" rx="2" class="fill-bad stroke-bad" />,
  capped: <path d="M4.6 1.4h6.8L15.2 8l-3.8 6.6H4.6L.8 8z" class="fill-accent-wash stroke-accent" />,
  stopped: <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" class="fill-none stroke-mute" />,
  absent: <path d="M4 8h8" class="fill-none stroke-mute" />,
};
const LETTERS: Readonly<Partial<Record<Mark, readonly [letter: string, paint: string]>>> = {
  minute: ["M", "fill-warn"],
  cooling: ["C", "fill-warn"],
  day: ["D", "fill-panel"],
  capped: ["Y", "fill-accent"],
};

/** The mark of a cell; its meaning is written beside it, so it is hidden from screen readers. */
export function MarkIcon({ mark }: { mark: Mark }) {
  const [letter, paint] = LETTERS[mark] ?? [];
  return (
    <svg viewBox="0 0 16 16" class="size-4 shrink-0" stroke-width="1.4" aria-hidden="true">
      {FORMS[mark]}
      {letter !== undefined && (
        <text x="8" y="11.2" text-anchor="middle" font-size="9" font-weight="700" class={paint}>
          {letter}
        </text>
      )}
    </svg>
  );
}

export function Legend({ shown }: { shown: ReadonlySet<Mark> }) {
  return (
    <ul class="flex flex-wrap gap-x-4 gap-y-1 text-xs text-mute" aria-label={quotasText.legend}>
      {MARKS.filter((mark) => shown.has(mark)).map((mark) => (
        <li key={mark} class="inline-flex items-center gap-1.5">
          <MarkIcon mark={mark} />
          {quotasText.marks[mark]}
        </li>
      ))}
    </ul>
  );
}
