import { type Finish, finishKind, retryableFinish, type TurnEvent } from "../../gemini/mod.ts";

export interface Stop {
  /** How Gemini ended its turn. */
  readonly finish?: Finish | undefined;
  readonly reason: "end_turn" | "max_tokens" | "tool_use" | "refusal";
  readonly details:
    | { readonly type: "refusal"; readonly category: null; readonly explanation: string | null }
    | null;
}

type TurnEnd = Extract<TurnEvent, { type: "turn-end" }>;

/** Anthropic's stop reason for the end of a turn. */
export function stopOf(end: TurnEnd, has: { readonly tools: boolean; readonly text: boolean }): Stop {
  if (end.block !== undefined) {
    return refusal(end.block.message ?? `The prompt was blocked: ${end.block.reason}.`);
  }
  const finish = end.finishes.find((one) => one.candidate === 0);
  const reason = finish?.reason ?? "STOP";
  const kind = finishKind(reason, has.tools);
  if (kind === "length") return plain("max_tokens");
  if (kind === "filter") return refusal(finish?.message ?? `The reply was stopped: ${reason}.`);
  if (kind === "other" && !has.text) return refusal(finish?.message ?? `The model gave no reply: ${reason}.`);
  return plain(has.tools ? "tool_use" : "end_turn");
}

/** True when the model's turn cannot be used, so that a stream must end with an error and not with a stop reason. */
export function isBroken(end: TurnEnd): boolean {
  return end.block === undefined &&
    end.finishes.some((one) => one.candidate === 0 && retryableFinish(one.reason));
}

function plain(reason: Stop["reason"]): Stop {
  return { reason, details: null };
}

function refusal(explanation: string | null): Stop {
  return { reason: "refusal", details: { type: "refusal", category: null, explanation } };
}
