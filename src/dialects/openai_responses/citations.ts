import { isObject, type JsonObject } from "../../core/mod.ts";
import { groundedSpans } from "../../gemini/mod.ts";

export function queriesOf(grounding: JsonObject): readonly string[] {
  const queries = Array.isArray(grounding.webSearchQueries) ? grounding.webSearchQueries : [];
  return queries.filter((query): query is string => typeof query === "string");
}

/** The pages that a search found. */
export function pagesOf(grounding: JsonObject): readonly string[] {
  return [...new Set(groundedSpans(grounding, "").map(({ url }) => url))];
}

/** Gemini's chosen tokens and their rivals in the shape of Responses. */
export function logprobsOf(result: JsonObject): readonly JsonObject[] {
  const chosen = Array.isArray(result.chosenCandidates) ? result.chosenCandidates : [];
  const top = Array.isArray(result.topCandidates) ? result.topCandidates : [];
  return chosen.filter(isObject).map((token, position) => {
    const rivals = isObject(top[position]) && Array.isArray(top[position].candidates)
      ? top[position].candidates
      : [];
    return { ...logprob(token), top_logprobs: rivals.filter(isObject).map(logprob) };
  });
}

function logprob(token: Record<string, unknown>): JsonObject {
  const text = typeof token.token === "string" ? token.token : "";
  return {
    token: text,
    logprob: typeof token.logProbability === "number" ? token.logProbability : 0,
    bytes: [...new TextEncoder().encode(text)],
  };
}

/** Citations of a grounded answer, by character offsets into its last message, which begins at `from`. */
export function annotationsOf(grounding: JsonObject, text: string, from: number): readonly JsonObject[] {
  const spans = groundedSpans(grounding, text).filter(({ end }) => end > from || from === 0);
  return spans.map(({ start, end, url, title }) => ({
    type: "url_citation",
    start_index: Math.max(0, start - from),
    end_index: Math.max(0, end - from),
    url,
    title,
  }));
}
