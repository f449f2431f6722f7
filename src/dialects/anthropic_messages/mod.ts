/**
 * Anthropic's Messages API: /v1/messages and its count_tokens. Decodes a body to a Gemini request and encodes turns,
 * streams and failures in Anthropic's words. Pure; asks nobody and keeps nothing.
 *
 * @module
 */
import { err, type Failure, type Json, ok, type Result } from "../../core/mod.ts";
import type { Dialect } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { decodeRequest } from "./decode_request.ts";
import { encodeFailure } from "./encode_failure.ts";
import { encodeReply } from "./encode_reply.ts";
import { encodeStream } from "./encode_stream.ts";
import { type MessagesContext, threadReferences } from "./messages_context.ts";

export type { MessagesContext } from "./messages_context.ts";

function modelOf(body: unknown): Result<string, Failure> {
  const fields = new FieldReader();
  const model = fields.string(fields.object(body, "body").model, "model");
  if (model === "") fields.refuse("model", "model must not be empty. Name a model.");
  return fields.failure === undefined ? ok(model) : err(fields.failure);
}

/** POST /v1/messages. */
export const anthropicMessages: Dialect<MessagesContext> = {
  name: "anthropic_messages",
  modelOf,
  decodeRequest: (body, input) => decodeRequest(body, input, "generate"),
  encodeReply,
  encodeStream,
  encodeCount: (totalTokens) => ({ input_tokens: totalTokens }),
  encodeFailure,
  references: threadReferences,
  keeps: ({ thread }) => thread !== undefined,
  storable(events, input) {
    const { thread } = input.context;
    if (thread === undefined) return undefined;
    const reply = encodeReply(events, input);
    const said = { role: "assistant", content: reply["content"] } as Json;
    const value = { v: 1, response: reply, thread: { ...thread, messages: [...thread.messages, said] } };
    return { id: String(reply["id"]), value: value as unknown as Json };
  },
};

/** POST /v1/messages/count_tokens: the same body, counted. */
export const anthropicCount: Dialect<MessagesContext> = {
  ...anthropicMessages,
  decodeRequest: (body, input) => decodeRequest(body, input, "count_tokens"),
};
