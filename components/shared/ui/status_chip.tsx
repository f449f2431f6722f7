import type { KeyStatus } from "../views.ts";
import { text } from "../words.ts";

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

const OUTCOME_TONES: Readonly<Record<string, string>> = {
  ok: "chip-good",
  cancelled: "",
  refused: "chip-refused",
};

/** The outcome of a request, as its HTTP status; one refused before it became a call is marked. */
export function OutcomeChip({ outcome, status }: { outcome: string; status: number }) {
  const label = outcome === "cancelled"
    ? text.cancelled
    : outcome === "refused"
    ? `${text.refused} ${status}`
    : status;
  return <span class={`chip num ${OUTCOME_TONES[outcome] ?? "chip-bad"}`}>{label}</span>;
}
