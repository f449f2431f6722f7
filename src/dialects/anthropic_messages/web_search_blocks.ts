import { isObject, type JsonObject } from "../../core/mod.ts";
import { groundedSpans } from "../../gemini/mod.ts";

/** One search that Google made, with the pages it rests on. */
export interface WebSearch {
  readonly query: string;
  readonly results: readonly JsonObject[];
}

/** Reads Google's grounding metadata; undefined when it names no page. */
export function webSearchOf(grounding: JsonObject | undefined): WebSearch | undefined {
  if (grounding === undefined) return undefined;
  const chunks = Array.isArray(grounding.groundingChunks) ? grounding.groundingChunks : [];
  const results: JsonObject[] = [];
  for (const chunk of chunks) {
    const web = isObject(chunk) && isObject(chunk.web) ? chunk.web : undefined;
    if (web === undefined || typeof web.uri !== "string") continue;
    const title = typeof web.title === "string" ? web.title : web.uri;
    results.push({ type: "web_search_result", url: web.uri, title, encrypted_content: "", page_age: null });
  }
  if (results.length === 0) return undefined;
  const queries = Array.isArray(grounding.webSearchQueries) ? grounding.webSearchQueries : [];
  return { query: queries.filter((query) => typeof query === "string").join("; "), results };
}

/** The cited stretches of an answer that end behind `from`, each with its page. */
export function citationsOf(grounding: JsonObject, text: string, from: number): readonly JsonObject[] {
  return groundedSpans(grounding, text).filter(({ start, end }) => end > start && end > from).map((
    { start, end, url, title },
  ) => ({
    type: "web_search_result_location",
    url,
    title,
    encrypted_index: "",
    cited_text: text.slice(start, end),
  }));
}
