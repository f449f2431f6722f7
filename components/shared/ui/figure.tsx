import type { ComponentChildren } from "preact";
import { ago, countdown } from "../format.ts";
import { useNow } from "../live/now.ts";
import { text } from "../words.ts";

export type NumberKind = "measured" | "header" | "learned" | "set" | "unknown" | "forecast" | "published";

/** A number that says on hover and focus how it is known and how old it is. */
export function Figure(
  { kind, asOf, children }: { kind: NumberKind; asOf?: number; children: ComponentChildren },
) {
  const now = useNow();
  const age = asOf === undefined ? "" : ` · ${ago(asOf, now)}`;
  return (
    <span
      class="tip num cursor-help decoration-line decoration-dotted underline-offset-4 hover:underline"
      tabIndex={0}
    >
      {children}
      <span role="tooltip">{text.kinds[kind]}{age}</span>
    </span>
  );
}

/** How long ago an instant was, counting up: it alone is drawn again each second, and not the row around it. */
export function Ago({ at }: { at: number }) {
  return <time dateTime={new Date(at).toISOString()}>{ago(at, useNow())}</time>;
}

/** Time left until an instant, counting down; "now" when it has passed. */
export function Countdown({ until }: { until: number }) {
  const now = useNow();
  const left = until - now;
  return (
    <time class="num" dateTime={new Date(until).toISOString()}>{left <= 0 ? text.now : countdown(left)}</time>
  );
}
