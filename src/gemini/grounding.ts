import { isObject, type Json, type JsonObject } from "../core/mod.ts";
import type { TurnEvent } from "./turn_event.ts";

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

type Citation = Extract<TurnEvent, { type: "citation" }>;

/** Merges the citations of a turn over its chunks: every page and passage once. */
export function mergeCitations(earlier: Citation | undefined, later: Citation): Citation {
  if (earlier === undefined) return later;
  const grounding = mergeGrounding(earlier.grounding, later.grounding);
  const citations = mergeLists(earlier.citations, later.citations);
  const urlContext = mergeLists(earlier.urlContext, later.urlContext);
  return {
    type: "citation",
    candidate: earlier.candidate,
    ...(grounding === undefined ? {} : { grounding }),
    ...(citations === undefined ? {} : { citations }),
    ...(urlContext === undefined ? {} : { urlContext }),
  };
}

function mergeGrounding(
  earlier: JsonObject | undefined,
  later: JsonObject | undefined,
): JsonObject | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  const pages = objects(earlier["groundingChunks"]);
  const places = objects(later["groundingChunks"]).map((page) => {
    const known = pages.findIndex((one) => sameText(one, page));
    return known >= 0 ? known : pages.push(page) - 1;
  });
  const supports = objects(earlier["groundingSupports"]);
  for (const support of objects(later["groundingSupports"])) {
    const moved = movedSupport(support, places);
    const same = supports.findIndex((one) => sameText(one["segment"], moved["segment"]));
    if (same < 0) supports.push(moved);
    else supports[same] = joinedSupport(supports[same]!, moved);
  }
  const merged = { ...earlier, ...later } as Record<string, Json>;
  if (pages.length > 0) merged["groundingChunks"] = pages;
  if (supports.length > 0) merged["groundingSupports"] = supports;
  const queries = [...texts(earlier["webSearchQueries"]), ...texts(later["webSearchQueries"])];
  if (queries.length > 0) merged["webSearchQueries"] = [...new Set(queries)];
  return merged;
}

function movedSupport(support: JsonObject, places: readonly number[]): JsonObject {
  const indices = support["groundingChunkIndices"];
  if (!Array.isArray(indices)) return support;
  const moved = indices.map((index) => typeof index === "number" ? places[index] ?? index : index);
  return { ...support, groundingChunkIndices: moved as Json };
}

/** A passage that occurs twice gets the pages of both. */
function joinedSupport(earlier: JsonObject, later: JsonObject): JsonObject {
  const [old, more] = [earlier, later].map((support) => support["groundingChunkIndices"]);
  const both = [...(Array.isArray(old) ? old : []), ...(Array.isArray(more) ? more : [])];
  return { ...earlier, groundingChunkIndices: [...new Set(both)] as Json };
}

/** Objects whose lists of objects are joined without repeats (`urlMetadata`, `citationSources`). */
function mergeLists(earlier: JsonObject | undefined, later: JsonObject | undefined): JsonObject | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  const merged = { ...earlier, ...later } as Record<string, Json>;
  for (const [field, list] of Object.entries(later)) {
    const known = earlier[field];
    if (!Array.isArray(list) || !Array.isArray(known)) continue;
    const joined = [...known];
    for (const entry of list) if (!joined.some((one) => sameText(one, entry))) joined.push(entry);
    merged[field] = joined as Json;
  }
  return merged;
}

function sameText(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject).map((entry) => entry as JsonObject) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];
}
