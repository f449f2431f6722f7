import { isObject } from "../core/mod.ts";
import { chunkKey, segmentPrefix } from "./ledger_keys.ts";
import { unpack } from "./packed.ts";

/** What is known of a sealed run of records without reading it. */
export interface SegmentMeta {
  readonly v: 1;
  readonly count: number;
  /** Records in each of its chunks. */
  readonly chunks: readonly number[];
  /** Earliest and latest start of its calls, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface Segment extends SegmentMeta {
  readonly number: number;
}

/** Segments newest first, older than `below`. */
export async function* segmentsBelow(kv: Deno.Kv, below: number): AsyncGenerator<Segment> {
  const entries = kv.list<unknown>(
    { prefix: segmentPrefix(), end: [...segmentPrefix(), below] },
    { reverse: true, batchSize: 200 },
  );
  for await (const { key, value } of entries) {
    const number = key[2];
    if (isSegmentMeta(value) && typeof number === "number") yield { ...value, number };
  }
}

export function isSegmentMeta(value: unknown): value is SegmentMeta {
  return isObject(value) && typeof value["count"] === "number" && Array.isArray(value["chunks"]);
}

/** Lines of several chunks of a segment, by index; ten a read, which is Deno KV's limit. */
export async function readChunks(
  kv: Deno.Kv,
  segment: number,
  indexes: readonly number[],
): Promise<Map<number, string[]>> {
  const out = new Map<number, string[]>();
  for (let start = 0; start < indexes.length; start += 10) {
    const part = indexes.slice(start, start + 10);
    const entries = await kv.getMany<Uint8Array[]>(part.map((index) => chunkKey(segment, index)));
    for (const [offset, entry] of entries.entries()) {
      if (entry.value instanceof Uint8Array) out.set(part[offset] ?? -1, unpack(entry.value));
    }
  }
  return out;
}

/** Chunk and line of a position in a segment. */
export function locate(segment: SegmentMeta, position: number): { chunk: number; line: number } {
  let rest = position;
  for (const [chunk, count] of segment.chunks.entries()) {
    if (rest < count) return { chunk, line: rest };
    rest -= count;
  }
  return { chunk: segment.chunks.length, line: 0 };
}
