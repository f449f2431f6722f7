import type { JsonObject, Usage } from "../../core/mod.ts";

/** OpenAI's usage object: the prompt with what tools fed back, the completion with the thoughts. */
export function chatUsage(usage: Usage): JsonObject {
  const prompt = usage.promptTokens + usage.toolUseTokens;
  const completion = usage.candidatesTokens + usage.thoughtsTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: usage.cachedTokens,
      audio_tokens: usage.promptDetails?.["AUDIO"] ?? 0,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.thoughtsTokens,
      audio_tokens: usage.candidatesDetails?.["AUDIO"] ?? 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
