/**
 * The client APIs, one folder each. A dialect decodes a client's request to Gemini's, and encodes turns, streams and
 * failures in the client's own shapes. Pure; dialects never import each other and know nothing of upstreams.
 *
 * @module
 */
export { anthropicCount, anthropicMessages } from "./anthropic_messages/mod.ts";
export * from "./contract.ts";
export * from "./native_gemini/mod.ts";
export { openaiChat } from "./openai_chat/mod.ts";
export { openaiCompletions } from "./openai_completions/mod.ts";
export { openaiEmbeddings } from "./openai_embeddings/mod.ts";
export {
  inputItems,
  openaiResponses,
  replayEvents,
  responsesCompact,
  responsesInputTokens,
} from "./openai_responses/mod.ts";
