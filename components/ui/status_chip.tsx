import type { KeyStatus } from "../data/views.ts";
import { text } from "../text/shell.ts";

const TONES: Readonly<Record<KeyStatus, string>> = {
  active: "chip-good",
  cooldown: "chip-warn",
  disabled: "",
  dead: "chip-bad",
};

/** A key's status in words and colour; never colour alone. */
export function StatusChip({ status }: { status: KeyStatus }) {
  return (
    <span class={`chip ${TONES[status]}`}>
      <span class="size-1.5 rounded-full bg-current" aria-hidden="true" />
      {text.status[status]}
    </span>
  );
}

/** The outcome of a request, as its HTTP status. */
export function OutcomeChip({ outcome, status }: { outcome: string; status: number }) {
  const tone = outcome === "ok" ? "chip-good" : outcome === "cancelled" ? "" : "chip-bad";
  return <span class={`chip num ${tone}`}>{outcome === "cancelled" ? text.cancelled : status}</span>;
}
