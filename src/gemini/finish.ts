import type { TurnEvent } from "./turn_event.ts";

/** Kinds of ends of a turn; dialects map their own words from these alone. */
export type FinishKind = "stop" | "length" | "filter" | "tool" | "malformed" | "other";

/** finishReason values of ai.google.dev/api/generate-content; an unknown value counts as a definite reason. */
const KINDS: ReadonlyMap<string, FinishKind> = new Map([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ...[
    "SAFETY",
    "PROHIBITED_CONTENT",
    "BLOCKLIST",
    "SPII",
    "RECITATION",
    "LANGUAGE",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
  ].map((reason): [string, FinishKind] => [reason, "filter"]),
  ...[
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "MALFORMED_RESPONSE",
    "MISSING_THOUGHT_SIGNATURE",
  ].map((reason): [string, FinishKind] => [reason, "malformed"]),
  ...["OTHER", "IMAGE_OTHER", "NO_IMAGE", "FINISH_REASON_UNSPECIFIED"].map((
    reason,
  ): [string, FinishKind] => [reason, "other"]),
]);

/** The kind of a finish reason, given whether the candidate made a tool call (Google has no reason of its own for that). */
export function finishKind(reason: string, hasToolCall: boolean): FinishKind {
  const kind = KINDS.get(reason) ?? (reason === "" ? "stop" : "other");
  return hasToolCall && (kind === "stop" || kind === "other") ? "tool" : kind;
}

/** True for reasons after which the same request often succeeds: the model garbled its tool call. */
export function retryableFinish(reason: string): boolean {
  return KINDS.get(reason) === "malformed";
}

const USABLE: ReadonlySet<TurnEvent["type"]> = new Set([
  "text-delta",
  "tool-call",
  "media",
  "code",
  "code-result",
]);

/** True for an event that a client can see as part of the answer. */
export function isUsable(event: TurnEvent): boolean {
  return USABLE.has(event.type);
}

/** Finish reasons that give none. */
const NO_REASON: ReadonlySet<string> = new Set(["", "STOP", "FINISH_REASON_UNSPECIFIED"]);

/** True for a finished turn that holds nothing usable and gives no reason for it: worth another attempt. */
export function isEmptyTurn(events: readonly TurnEvent[]): boolean {
  if (events.some(isUsable)) return false;
  const end = events.findLast((event) => event.type === "turn-end");
  if (end?.type !== "turn-end") return true;
  if (end.block !== undefined) return false;
  return end.finishes.every(({ reason }) => NO_REASON.has(reason));
}
