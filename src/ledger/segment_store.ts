import { isObject } from "../core/mod.ts";
import { chunkKey, segmentPrefix } from "./ledger_keys.ts";
import { openBlock, type RecordBlock } from "./record_block.ts";

/** Facts about a sealed run of records, known without reading it. */
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

function isSegmentMeta(value: unknown): value is SegmentMeta {
  return isObject(value) && typeof value["count"] === "number" && Array.isArray(value["chunks"]);
}

/** One chunk of a segment, with the positions in the segment that it holds. */
export interface ChunkPlace {
  readonly segment: number;
  readonly chunk: number;
  readonly begin: number;
  readonly end: number;
}

/** Chunks that one read may name, which is Deno KV's limit. */
export const CHUNKS_A_READ = 10;

/** Up to ten chunks, in their order; undefined for one that was swept away. */
export async function readChunks(
  kv: Deno.Kv,
  places: readonly ChunkPlace[],
): Promise<readonly (RecordBlock | undefined)[]> {
  const keys = places.map(({ segment, chunk }) => chunkKey(segment, chunk));
  const entries = await kv.getMany<unknown[]>(keys);
  return entries.map(({ value }) => value instanceof Uint8Array ? openBlock(value) : undefined);
}

/** Chunks of a segment, newest first. */
export function chunksOf(segment: Segment): readonly ChunkPlace[] {
  let begin = 0;
  return segment.chunks.map((count, chunk) => {
    const place = { segment: segment.number, chunk, begin, end: begin + count };
    begin += count;
    return place;
  }).reverse();
}
