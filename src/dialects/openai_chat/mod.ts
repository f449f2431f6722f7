/**
 * OpenAI's chat completions: every request field to Gemini's request, turns back to `chat.completion` objects and chunks.
 * Pure. Promises that a whole reply equals what a client collects from its stream, and that only OpenAI's own words
 * (roles, finish reasons, error keys) leave. Never looks at upstream status codes.
 *
 * @module
 */
import type { Dialect } from "../contract.ts";
import { encodeOpenaiFailure } from "../openai_failure.ts";
import type { ChatContext } from "./chat_context.ts";
import { chatModelOf, decodeChatRequest } from "./decode_request.ts";
import { encodeChatReply } from "./encode_reply.ts";
import { encodeChatStream } from "./encode_stream.ts";

export type { ChatContext } from "./chat_context.ts";

export const openaiChat: Dialect<ChatContext> = {
  name: "openai_chat",
  modelOf: chatModelOf,
  decodeRequest: decodeChatRequest,
  encodeReply: encodeChatReply,
  encodeStream: encodeChatStream,
  encodeFailure: (failure) => encodeOpenaiFailure(failure),
};
