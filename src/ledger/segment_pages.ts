import type { CallRecord } from "../core/mod.ts";
import { isColumn, narrow } from "./facet_column.ts";
import { columnPrefix } from "./ledger_keys.ts";
import { hash32 } from "./packed.ts";
import type { Place } from "./record_pages.ts";
import { type Facet, type RecordFilter, recordMatches, wantedFacets } from "./record_filter.ts";
import {
  type ChunkPlace,
  CHUNKS_A_READ,
  chunksOf,
  readChunks,
  type Segment,
  segmentsBelow,
} from "./segment_store.ts";

/** Segments whose columns are read together: few at first, as most pages fill quickly. */
const FIRST_BATCH = 4;
const LARGEST_BATCH = 128;
/** Most chunks that one page may open; beyond it the page ends early and its cursor continues. */
const CHUNKS_A_PAGE = 160;

/**
 * Adds what matches below `from`; returns the position to continue from when the page is full or the scan was long enough.
 */
export async function pageOfSegments(
  kv: Deno.Kv,
  filter: RecordFilter,
  limit: number,
  from: Place,
  items: CallRecord[],
): Promise<Place | undefined> {
  let budget = CHUNKS_A_PAGE;
  for await (const batch of batches(segmentsBelow(kv, from.segment + 1))) {
    const inTime = batch.filter((segment) => overlaps(segment, filter));
    const hits = await hitsOf(kv, inTime, filter, from);
    const places = inTime.flatMap((segment) => chunksWithHits(segment, hits.get(segment.number)));
    const affordable = places.slice(0, budget);
    budget -= affordable.length;
    const stopped = await collect(kv, affordable, hits, filter, limit, items);
    if (stopped !== undefined) return stopped;
    const left = places[affordable.length];
    if (left !== undefined) return { segment: left.segment, position: left.end };
  }
  return undefined;
}

function chunksWithHits(segment: Segment, hits: Uint8Array | undefined): readonly ChunkPlace[] {
  if (hits === undefined) return [];
  return chunksOf(segment).filter(({ begin, end }) => hits.subarray(begin, end).includes(1));
}

/** A record's place and content by its id, newest segments first. */
export async function findInSegments(
  kv: Deno.Kv,
  id: string,
): Promise<(Place & { readonly record: CallRecord }) | undefined> {
  const wanted = hash32(id);
  const entries = kv.list<unknown>({ prefix: columnPrefix("id") }, { reverse: true, batchSize: 100 });
  const segments = new Map<number, Segment>();
  for await (const { key, value } of entries) {
    if (!(value instanceof Uint32Array) || typeof key[3] !== "number") continue;
    const position = value.indexOf(wanted);
    if (position < 0) continue;
    for await (const segment of segmentsBelow(kv, key[3] + 1)) {
      segments.set(segment.number, segment);
      break;
    }
    const segment = segments.get(key[3]);
    if (segment === undefined) continue;
    const place = chunksOf(segment).find(({ begin }) => begin <= position);
    if (place === undefined) continue;
    const [block] = await readChunks(kv, [place]);
    const record = block?.record(position - place.begin);
    if (record?.id === id) return { segment: segment.number, position, record };
  }
  return undefined;
}

async function* batches(segments: AsyncGenerator<Segment>): AsyncGenerator<Segment[]> {
  let size = FIRST_BATCH;
  let batch: Segment[] = [];
  for await (const segment of segments) {
    batch.push(segment);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
    size = Math.min(size * 4, LARGEST_BATCH);
  }
  if (batch.length > 0) yield batch;
}

function overlaps(segment: Segment, filter: RecordFilter): boolean {
  return segment.to >= (filter.since ?? -Infinity) && segment.from <= (filter.until ?? Infinity);
}

/** One byte per record for each segment: 1 where every wanted facet matches. Segments without any are left out. */
async function hitsOf(
  kv: Deno.Kv,
  segments: readonly Segment[],
  filter: RecordFilter,
  from: Place,
): Promise<Map<number, Uint8Array>> {
  const hits = new Map<number, Uint8Array>();
  for (const segment of segments) {
    const all = new Uint8Array(segment.count).fill(1);
    if (segment.number === from.segment) all.fill(0, Math.min(from.position, segment.count));
    hits.set(segment.number, all);
  }
  for (const [facet, wanted] of wantedFacets(filter)) {
    if (hits.size === 0) break;
    await narrowBy(kv, hits, facet, wanted);
  }
  return hits;
}

async function narrowBy(
  kv: Deno.Kv,
  hits: Map<number, Uint8Array>,
  facet: Facet,
  wanted: string,
): Promise<void> {
  const numbers = [...hits.keys()];
  const [newest = 0, oldest = 0] = [numbers[0], numbers.at(-1)];
  const prefix = columnPrefix(facet);
  const entries = kv.list<unknown>(
    { start: [...prefix, oldest], end: [...prefix, newest + 1] },
    { batchSize: 200 },
  );
  for await (const { key, value } of entries) {
    const number = key[3];
    const found = typeof number === "number" ? hits.get(number) : undefined;
    if (typeof number !== "number" || found === undefined || !isColumn(value)) continue;
    if (!narrow(found, value, facet, wanted)) hits.delete(number);
  }
}

/** Reads the chunks, newest first, as many at a time as are likely needed; returns the place of the last item when the page is full. */
async function collect(
  kv: Deno.Kv,
  places: readonly ChunkPlace[],
  hits: ReadonlyMap<number, Uint8Array>,
  filter: RecordFilter,
  limit: number,
  items: CallRecord[],
): Promise<Place | undefined> {
  let size = 1;
  for (let start = 0; start < places.length; start += size, size = CHUNKS_A_READ) {
    const part = places.slice(start, start + size);
    const blocks = await readChunks(kv, part);
    for (const [index, place] of part.entries()) {
      const positions = hits.get(place.segment);
      for (let position = place.end - 1; position >= place.begin; position--) {
        if (positions?.[position] !== 1) continue;
        const record = blocks[index]?.record(position - place.begin);
        if (record === undefined || !recordMatches(filter, record)) continue;
        items.push(record);
        if (items.length >= limit) return { segment: place.segment, position };
      }
    }
  }
  return undefined;
}
