import { type Failure, type JsonObject, redact, type Usage } from "../../core/mod.ts";
import { type Finish, finishKind, type TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput } from "../contract.ts";
import { nativeFinish } from "../shared_fields.ts";
import type { ResponsesContext } from "./responses_context.ts";

/** How a response ended. */
export interface Outcome {
  readonly status: "completed" | "incomplete" | "failed";
  readonly error?: { readonly code: string; readonly message: string };
  readonly incomplete?: "max_output_tokens" | "content_filter";
  /** How Gemini ended its turn. */
  readonly finish?: Finish | undefined;
}

/** The response as `response.created` shows it. */
export function startedResponse(input: EncodeInput<ResponsesContext>): JsonObject {
  return {
    id: responseId(input.requestId),
    object: "response",
    created_at: input.created,
    status: "in_progress",
    background: false,
    completed_at: null,
    error: null,
    incomplete_details: null,
    ...input.context.echo,
    model: input.context.model,
    output: [],
    usage: null,
  };
}

/** The response at its end. */
export function endedResponse(
  input: EncodeInput<ResponsesContext>,
  outcome: Outcome,
  output: readonly JsonObject[],
  usage: Usage | undefined,
): JsonObject {
  return {
    ...startedResponse(input),
    status: outcome.status,
    completed_at: outcome.status === "completed" ? input.ended?.() ?? input.created : null,
    error: outcome.error === undefined ? null : { code: outcome.error.code, message: outcome.error.message },
    incomplete_details: outcome.incomplete === undefined ? null : { reason: outcome.incomplete },
    output,
    ...nativeFinish(outcome.finish?.reason),
    usage: outcome.status === "failed" && usage === undefined ? null : responsesUsage(usage),
    ...(usage?.serviceTier === undefined ? {} : { service_tier: usage.serviceTier }),
  };
}

/** Gemini's counts in the words of Responses: input includes what tools fed back, output includes thinking. */
function responsesUsage(usage: Usage | undefined): JsonObject {
  const input = (usage?.promptTokens ?? 0) + (usage?.toolUseTokens ?? 0);
  const output = (usage?.candidatesTokens ?? 0) + (usage?.thoughtsTokens ?? 0);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage?.cachedTokens ?? 0, cache_write_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage?.thoughtsTokens ?? 0 },
    total_tokens: input + output,
  };
}

/** The outcome of a turn. With `codex`, an outcome that Codex would retry becomes one that it accepts. */
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

/** The response's id, made from the request's, so that stream, reply and the stored copy agree. */
function responseId(requestId: string): string {
  return `resp_${bare(requestId)}`;
}

/** An output item's id: it names its response, so that an item reference finds it again. */
export function itemId(kind: string, requestId: string, index: number): string {
  return `${kind}_${bare(requestId)}_${index}`;
}

/** The response that an item id belongs to; undefined when it was not made here. */
export function responseOfItem(id: string): string | undefined {
  const match = /^[a-z]+_([A-Za-z0-9]+)_\d+(?:-|$)/.exec(id);
  return match === null ? undefined : `resp_${match[1]}`;
}

function bare(requestId: string): string {
  return requestId.replace(/^req_/, "").replace(/[^A-Za-z0-9]/g, "");
}
