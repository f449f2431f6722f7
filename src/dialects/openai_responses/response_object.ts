import type { JsonObject, Usage } from "../../core/mod.ts";
import type { Finish } from "../../gemini/mod.ts";
import type { EncodeInput } from "../contract.ts";
import { nativeFinish } from "../native_finish.ts";
import { responseId } from "./item_id.ts";
import type { ResponsesContext } from "./responses_context.ts";
import { responsesUsage } from "./responses_usage.ts";

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
