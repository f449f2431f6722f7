import { isObject, type JsonObject } from "../core/mod.ts";

/** A web source of a piece of the answer. */
export interface WebCitation {
  readonly url: string;
  readonly title: string;
  /** UTF-16 code units into the answer, as clients count. */
  readonly start: number;
  readonly end: number;
}

/** The web citations of a groundingMetadata object, with its UTF-8 byte offsets turned into character offsets. */
export function webCitations(grounding: JsonObject, answer: string): WebCitation[] {
  const chunks = listOf(grounding["groundingChunks"]);
  const supports = listOf(grounding["groundingSupports"]);
  const toChars = byteOffsets(answer);
  return supports.flatMap((support) => {
    const span = isObject(support["segment"]) ? spanOf(support["segment"], answer, toChars) : undefined;
    if (span === undefined) return [];
    return listOfNumbers(support["groundingChunkIndices"]).flatMap((index) => {
      const web = chunks[index]?.["web"];
      if (!isObject(web) || typeof web["uri"] !== "string") return [];
      const title = typeof web["title"] === "string" ? web["title"] : "";
      return [{ url: web["uri"], title, ...span }];
    });
  });
}

type Span = { start: number; end: number };

/** Bytes say where a segment is; when its text is not found there, the text itself does. */
function spanOf(
  segment: Record<string, unknown>,
  answer: string,
  toChars: (byte: number) => number,
): Span | undefined {
  const from = typeof segment["startIndex"] === "number" ? segment["startIndex"] : 0;
  const to = typeof segment["endIndex"] === "number" ? segment["endIndex"] : from;
  const span = { start: toChars(from), end: toChars(to) };
  const text = segment["text"];
  if (typeof text !== "string" || text === "" || answer.slice(span.start, span.end) === text) return span;
  const found = answer.indexOf(text);
  if (found >= 0) return { start: found, end: found + text.length };
  return answer === "" ? undefined : span;
}

/** Maps byte offsets of the UTF-8 form to offsets in the string; offsets past the end come to its length. */
function byteOffsets(answer: string): (byte: number) => number {
  // deno-lint-ignore no-control-regex -- the range of single-byte characters
  if (/^[\x00-\x7f]*$/.test(answer)) return (byte) => Math.min(byte, answer.length);
  const ends: number[] = [];
  let bytes = 0;
  for (let at = 0; at < answer.length; at++) {
    ends.push(bytes);
    const code = answer.charCodeAt(at);
    const isPair = code >= 0xd800 && code <= 0xdbff && at + 1 < answer.length;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : isPair ? 4 : 3;
    if (isPair) ends.push(bytes), at++;
  }
  return (byte) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < byte) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map((entry) => isObject(entry) ? entry : {}) : [];
}

function listOfNumbers(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "number") : [];
}
