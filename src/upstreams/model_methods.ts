import type { UpstreamOperation } from "./contract.ts";

/** What stands after a model's colon, the same at every one of Google's services. */
export const MODEL_METHODS: Readonly<Record<UpstreamOperation, string>> = {
  generate: "generateContent",
  stream: "streamGenerateContent?alt=sse",
  count_tokens: "countTokens",
  embed: "embedContent",
  batch_embed: "batchEmbedContents",
};
