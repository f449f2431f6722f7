import type { UpstreamOperation } from "./contract.ts";

/** The method after a model's colon, the same at each of Google's services. */
export const MODEL_METHODS: Readonly<Record<UpstreamOperation, string>> = {
  generate: "generateContent",
  stream: "streamGenerateContent?alt=sse",
  count_tokens: "countTokens",
  embed: "embedContent",
  batch_embed: "batchEmbedContents",
};
