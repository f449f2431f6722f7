import type { JsonObject, Usage } from "../../core/mod.ts";

/** Gemini's counts in the words of Responses: input includes what tools fed back, output includes thinking. */
export function responsesUsage(usage: Usage | undefined): JsonObject {
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
