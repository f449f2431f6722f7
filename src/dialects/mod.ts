/**
 * The client APIs, one folder each. A dialect decodes a client's request to Gemini's, and encodes turns, streams and
 * failures in the client's own shapes. Pure; dialects never import each other and know nothing of upstreams.
 *
 * @module
 */
import { anthropicCount, anthropicMessages } from "./anthropic_messages/mod.ts";
import { type AnyDialect, anyDialect } from "./contract.ts";
import { openaiChat } from "./openai_chat/mod.ts";
import { openaiEmbeddings } from "./openai_embeddings/mod.ts";
import { openaiResponses, responsesInputTokens } from "./openai_responses/mod.ts";

export * from "./contract.ts";
export { brokenStreamFrame, encodeNativeFailure } from "./native_gemini/mod.ts";
export * from "./native_gemini/mod.ts";
export { encodeOpenaiFailure } from "./openai_failure.ts";
export {
  anthropicCount,
  anthropicMessages,
  openaiChat,
  openaiEmbeddings,
  openaiResponses,
  responsesInputTokens,
};

/** Every dialect that decodes; the native one passes bytes through and has its own door. */
export const DIALECTS: readonly AnyDialect[] = [
  anyDialect(openaiChat),
  anyDialect(openaiResponses),
  anyDialect(responsesInputTokens),
  anyDialect(openaiEmbeddings),
  anyDialect(anthropicMessages),
  anyDialect(anthropicCount),
];
