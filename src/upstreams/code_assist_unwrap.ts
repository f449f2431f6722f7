import { isObject } from "../core/mod.ts";

/** What comes in place of a model's words when the client's version is refused; Google counts no token for it. */
const REFUSED_REGEXP = /^\s*this version of [\w -]{1,40} is no longer supported\./i;
/** The same for a model that Google has taken back. */
const WITHDRAWN_REGEXP = /^\s*[\w .-]{2,60} is no longer available\. please switch to /i;
const MOST_TOKENS = 4;

/**
 * Takes a chunk or reply of Code Assist out of its envelope `{response, traceId}`; what has none passes as it is. A refusal of
 * the client's version or of the model, which comes as a success with that text, becomes an error object.
 */
export function unwrapCodeAssist(chunk: unknown): unknown {
  const one = Array.isArray(chunk) && chunk.length === 1 ? chunk[0] : chunk;
  if (!isObject(one)) return one;
  const inner = isObject(one["response"]) ? withId(one["response"], one["traceId"]) : one;
  const refusal = refusalIn(inner);
  if (refusal === undefined) return inner;
  return REFUSED_REGEXP.test(refusal)
    ? { error: { code: 503, status: "UNAVAILABLE", message: refusal } }
    : { error: { code: 404, status: "NOT_FOUND", message: refusal } };
}

function withId(response: Record<string, unknown>, traceId: unknown): Record<string, unknown> {
  return response["responseId"] === undefined && typeof traceId === "string"
    ? { ...response, responseId: traceId }
    : response;
}

/** The sentence with which Google refuses the client's version or the model in place of an answer; undefined for every other reply. */
function refusalIn(reply: unknown): string | undefined {
  if (!isObject(reply) || !Array.isArray(reply["candidates"])) return undefined;
  const usage = reply["usageMetadata"];
  const counted = isObject(usage) ? usage["candidatesTokenCount"] : undefined;
  if (typeof counted === "number" && counted > MOST_TOKENS) return undefined;
  const [candidate] = reply["candidates"];
  const text = wordsOf(candidate);
  if (text === undefined || text.length >= 300) return undefined;
  // A model may begin with such words of its own: of a withdrawn one the whole answer says it, and no token is counted.
  const whole = isObject(usage) || (isObject(candidate) && candidate["finishReason"] !== undefined);
  const refused = REFUSED_REGEXP.test(text) || (whole && WITHDRAWN_REGEXP.test(text));
  return refused ? text.trim() : undefined;
}

/** The candidate's text when it is nothing but text. */
function wordsOf(candidate: unknown): string | undefined {
  const content = isObject(candidate) ? candidate["content"] : undefined;
  const parts = isObject(content) ? content["parts"] : undefined;
  if (!Array.isArray(parts) || parts.length === 0) return undefined;
  const texts = parts.map((part) => isObject(part) && part["thought"] !== true ? part["text"] : undefined);
  return texts.every((text) => typeof text === "string") ? texts.join("") : undefined;
}
