import { type Failure, redact } from "../../core/mod.ts";
import { finishKind, type TurnEvent } from "../../gemini/mod.ts";
import type { Outcome } from "./response_object.ts";

/** The outcome of a turn. `codex` turns what Codex would ask again for into what it accepts. */
export function outcomeOf(
  end: Extract<TurnEvent, { type: "turn-end" }>,
  has: { readonly tools: boolean; readonly content: boolean },
  codex: boolean,
): Outcome {
  if (end.block !== undefined) {
    return failed("invalid_prompt", end.block.message ?? `The prompt was blocked: ${end.block.reason}.`);
  }
  const finish = end.finishes.find((one) => one.candidate === 0);
  const reason = finish?.reason ?? "STOP";
  const kind = finishKind(reason, has.tools);
  if (kind === "length" && !codex) return { status: "incomplete", incomplete: "max_output_tokens" };
  if (kind === "malformed") {
    return failed(
      "server_error",
      "The model's turn could not be used: it made a malformed tool call. Try again.",
    );
  }
  if (kind === "filter" || (kind === "other" && !has.content)) {
    if (codex) return failed("invalid_prompt", finish?.message ?? `The reply was stopped: ${reason}.`);
    return { status: "incomplete", incomplete: "content_filter" };
  }
  return { status: "completed" };
}

/** The outcome of a call that failed after its stream had begun; `created` in epoch seconds. */
export function outcomeOfFailure(failure: Failure, created: number): Outcome {
  const seconds = failure.until === undefined ? 0 : Math.ceil(failure.until / 1000 - created);
  const wait = seconds > 0 ? ` Please try again in ${seconds}s.` : "";
  return failed(codeOf(failure), redact(failure.message) + wait);
}

function codeOf(failure: Failure): string {
  switch (failure.class) {
    case "rate_limit":
    case "ambiguous_429":
    case "quota":
      return failure.code === "insufficient_quota" ? failure.code : "rate_limit_exceeded";
    case "overloaded":
      return "server_is_overloaded";
    case "blocked":
      return "invalid_prompt";
    case "invalid_request":
      return failure.code ?? "invalid_prompt";
    default:
      return failure.code ?? "server_error";
  }
}

function failed(code: string, message: string): Outcome {
  return { status: "failed", error: { code, message } };
}
