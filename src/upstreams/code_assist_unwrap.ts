import { isObject } from "../core/mod.ts";

/** What comes in place of a model's words when the client's version is refused; Google counts no token for it. */
const REFUSED_REGEXP = /^\s*this version of [\w -]{1,40} is no longer supported\./i;
const MOST_TOKENS = 4;

/**
 * Takes a chunk or reply of Code Assist out of its envelope `{response, traceId}`; what has none passes as it is. A refusal of
 * the client's version, which comes as a success with that text, becomes an error object.
 */
export function unwrapCodeAssist(chunk: unknown): unknown {
  const one = Array.isArray(chunk) && chunk.length === 1 ? chunk[0] : chunk;
  if (!isObject(one)) return one;
  const inner = isObject(one["response"]) ? withId(one["response"], one["traceId"]) : one;
  const refusal = versionRefusal(inner);
  return refusal === undefined ? inner : { error: { code: 503, status: "UNAVAILABLE", message: refusal } };
}

function withId(response: Record<string, unknown>, traceId: unknown): Record<string, unknown> {
  return response["responseId"] === undefined && typeof traceId === "string"
    ? { ...response, responseId: traceId }
    : response;
}

/** The sentence with which Google refuses the client's version in place of an answer; undefined for every other reply. */
function versionRefusal(reply: unknown): string | undefined {
  if (!isObject(reply) || !Array.isArray(reply["candidates"])) return undefined;
  const usage = reply["usageMetadata"];
  const counted = isObject(usage) ? usage["candidatesTokenCount"] : undefined;
  if (typeof counted === "number" && counted > MOST_TOKENS) return undefined;
  const text = wordsOf(reply["candidates"][0]);
  return text !== undefined && text.length < 300 && REFUSED_REGEXP.test(text) ? text.trim() : undefined;
}

/** The candidate's text when it is nothing but text. */
function wordsOf(candidate: unknown): string | undefined {
  const content = isObject(candidate) ? candidate["content"] : undefined;
  const parts = isObject(content) ? content["parts"] : undefined;
  if (!Array.isArray(parts) || parts.length === 0) return undefined;
  const texts = parts.map((part) => isObject(part) && part["thought"] !== true ? part["text"] : undefined);
  return texts.every((text) => typeof text === "string") ? texts.join("") : undefined;
}
