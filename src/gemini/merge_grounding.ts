import { isObject, type Json, type JsonObject } from "../core/mod.ts";
import type { TurnEvent } from "./turn_event.ts";

type Citation = Extract<TurnEvent, { type: "citation" }>;

/** What a turn rests on, gathered over its chunks: every page and passage once, later chunks with earlier ones. */
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

/** A passage that was told twice rests on the pages of both. */
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
