/**
 * OpenAI's Responses API: /v1/responses and its input_tokens. Decodes a body, with the stored responses it refers to, to a
 * Gemini request and encodes turns, streams and failures in OpenAI's words. Pure; says what to store and stores nothing.
 *
 * @module
 */
import { err, type Failure, ok, type Result } from "../../core/mod.ts";
import type { Dialect } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { encodeOpenaiFailure } from "../openai_failure.ts";
import { decodeRequest } from "./decode_request.ts";
import { encodeReply, encodeStream } from "./encode_reply.ts";
import type { ResponsesContext } from "./responses_context.ts";
import { referencesOf, storableOf } from "./stored_response.ts";

export { inputItems, replayEvents } from "./stored_response.ts";
export type { ClientTool, ResponsesContext } from "./responses_context.ts";

function modelOf(body: unknown): Result<string, Failure> {
  const fields = new FieldReader();
  const model = fields.string(fields.object(body, "body").model, "model");
  if (model === "") fields.refuse("model", "model must not be empty. Name a model.");
  return fields.failure === undefined ? ok(model) : err(fields.failure);
}

/** POST /v1/responses. */
export const openaiResponses: Dialect<ResponsesContext> = {
  name: "openai_responses",
  modelOf,
  references: referencesOf,
  decodeRequest: (body, input) => decodeRequest(body, input, "generate"),
  encodeReply,
  encodeStream,
  encodeCount: (totalTokens) => ({ object: "response.input_tokens", input_tokens: totalTokens }),
  encodeFailure: encodeOpenaiFailure,
  keeps: ({ store }) => store,
  storable: storableOf,
};

/** POST /v1/responses/compact: the same body, answered by one item that stands for the conversation. */
export const responsesCompact: Dialect<ResponsesContext> = {
  ...openaiResponses,
  decodeRequest: (body, input) => decodeRequest(body, input, "generate", true),
  encodeReply(events, input) {
    const { id, created_at, output, usage } = encodeReply(events, input);
    return {
      id: id!,
      object: "response.compaction",
      created_at: created_at!,
      output: output!,
      usage: usage!,
    };
  },
  keeps: () => false,
};

/** POST /v1/responses/input_tokens: the same body, counted. */
export const responsesInputTokens: Dialect<ResponsesContext> = {
  ...openaiResponses,
  decodeRequest: (body, input) => decodeRequest(body, input, "count_tokens"),
};
