import { isObject, type JsonObject } from "../core/mod.ts";

/** A stretch of the answer and the page it rests on; start and end count characters (UTF-16 units) of the answer. */
export interface GroundedSpan {
  readonly start: number;
  readonly end: number;
  readonly url: string;
  readonly title: string;
}

/** The pages of a grounded answer with the stretches of `text` they support; a page without a stretch spans nothing. */
export function groundedSpans(grounding: JsonObject, text: string): readonly GroundedSpan[] {
  const pages = listOf(grounding.groundingChunks).map(pageOf);
  const spans: GroundedSpan[] = [];
  const cited = new Set<number>();
  const offsets = byteOffsets(text);
  for (const support of listOf(grounding.groundingSupports)) {
    const place = locate(support.segment, text, offsets);
    if (place === undefined || !Array.isArray(support.groundingChunkIndices)) continue;
    for (const index of support.groundingChunkIndices) {
      const page = typeof index === "number" ? pages[index] : undefined;
      if (page === undefined) continue;
      cited.add(index as number);
      spans.push({ ...place, ...page });
    }
  }
  pages.forEach((page, index) => {
    if (page !== undefined && !cited.has(index)) spans.push({ start: 0, end: 0, ...page });
  });
  return spans;
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.map((entry) => isObject(entry) ? entry : {}) : [];
}

function pageOf(chunk: Record<string, unknown>): { url: string; title: string } | undefined {
  const page = isObject(chunk.web) ? chunk.web : isObject(chunk.maps) ? chunk.maps : undefined;
  if (page === undefined || typeof page.uri !== "string") return undefined;
  return { url: page.uri, title: typeof page.title === "string" ? page.title : page.uri };
}

/** Google counts UTF-8 bytes; on some answers it counted characters, which the segment's own text tells. */
function locate(
  segment: unknown,
  text: string,
  offsets: (byte: number) => number,
): { start: number; end: number } | undefined {
  if (!isObject(segment)) return undefined;
  const startIndex = typeof segment.startIndex === "number" ? segment.startIndex : 0;
  const endIndex = typeof segment.endIndex === "number" ? segment.endIndex : startIndex;
  const start = offsets(startIndex);
  const end = offsets(endIndex);
  const words = segment.text;
  if (typeof words !== "string" || words === "" || text.slice(start, end) === words) return { start, end };
  const found = text.indexOf(words);
  return found < 0 ? { start, end } : { start: found, end: found + words.length };
}

/** Maps a UTF-8 byte offset to an index into the string; for pure ASCII they are the same. */
function byteOffsets(text: string): (byte: number) => number {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length === text.length) return (byte) => Math.min(Math.max(0, byte), text.length);
  const decoder = new TextDecoder();
  return (byte) => decoder.decode(bytes.subarray(0, Math.max(0, byte))).length;
}
