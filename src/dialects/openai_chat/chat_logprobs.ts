import { isObject, type JsonObject } from "../../core/mod.ts";

/** OpenAI's `logprobs.content` for Gemini's logprobsResult. */
export function chatLogprobs(result: JsonObject): JsonObject[] {
  const chosen = Array.isArray(result["chosenCandidates"]) ? result["chosenCandidates"] : [];
  const top = Array.isArray(result["topCandidates"]) ? result["topCandidates"] : [];
  return chosen.map((candidate, position) => {
    const alternatives = isObject(top[position]) ? top[position]["candidates"] : undefined;
    return {
      ...tokenOf(candidate),
      top_logprobs: (Array.isArray(alternatives) ? alternatives : []).map(tokenOf),
    };
  });
}

function tokenOf(candidate: unknown): JsonObject {
  const { token, logProbability } = isObject(candidate) ? candidate : {};
  const text = typeof token === "string" ? token : "";
  return {
    token: text,
    // Google leaves out 0, the logarithm of certainty.
    logprob: typeof logProbability === "number" ? logProbability : 0,
    bytes: [...new TextEncoder().encode(text)],
  };
}
