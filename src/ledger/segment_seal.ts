import type { CallRecord } from "../core/mod.ts";
import { buildColumn, idColumn } from "./facet_column.ts";
import { chunkKey, columnKey, freshPrefix, headKey, segmentKey, timeOf } from "./ledger_keys.ts";
import { CHUNK_RECORDS, packAll, readRecord, shortenRecord, unpack } from "./packed.ts";
import { FACETS } from "./record_filter.ts";
import type { SegmentMeta } from "./segment_store.ts";

/** Records in a segment: the unit that a filter reads one column of. */
export const SEGMENT_RECORDS = 2_048;
/** Deno KV takes 1,000 changes and 800 KiB a commit; both are kept well below. */
const FRESH_VALUES = 600;
const COMMIT_BYTES = 450_000;
/** Values younger than this stay: another process may still be writing one with an earlier name. */
const SETTLE_MS = 2_000;

interface Gathered {
  readonly keys: Deno.KvKey[];
  readonly chunks: Chunk[];
  readonly records: CallRecord[];
}

interface Chunk {
  readonly value: Uint8Array<ArrayBuffer>;
  readonly count: number;
}

/** A fresh value with at least so many records becomes a chunk as it is; smaller ones are packed together. */
const FULL_ENOUGH = CHUNK_RECORDS / 2;

/**
 * Moves the oldest fresh values into one segment, in one commit: nothing is lost or doubled by a kill between.
 * Returns the number of records moved; 0 when there are too few, or when another process was first.
 */
export async function sealSegment(kv: Deno.Kv, now: number, minimum: number): Promise<number> {
  const head = await kv.get<number>(headKey());
  const { keys, chunks, records } = await gather(kv, now - SETTLE_MS);
  if (records.length === 0 || (records.length < minimum && keys.length < FRESH_VALUES / 2)) return 0;
  const number = (head.value ?? 0) + 1;
  const at = records.map((record) => record.at);
  const meta: SegmentMeta = {
    v: 1,
    count: records.length,
    chunks: chunks.map((chunk) => chunk.count),
    from: at.reduce((least, time) => Math.min(least, time)),
    to: at.reduce((most, time) => Math.max(most, time)),
  };
  const commit = kv.atomic().check(head).set(headKey(), number).set(segmentKey(number), meta);
  for (const [index, chunk] of chunks.entries()) commit.set(chunkKey(number, index), chunk.value);
  for (const facet of FACETS) commit.set(columnKey(facet, number), buildColumn(facet, records));
  commit.set(columnKey("id", number), idColumn(records));
  for (const key of keys) commit.delete(key);
  return (await commit.commit()).ok ? records.length : 0;
}

async function gather(kv: Deno.Kv, before: number): Promise<Gathered> {
  const out: Gathered = { keys: [], chunks: [], records: [] };
  let loose: string[] = [];
  let bytes = 0;
  const packLoose = () => {
    out.chunks.push(...packAll(loose, shortenRecord));
    loose = [];
  };
  for await (const { key, value } of kv.list<unknown>({ prefix: freshPrefix() }, { batchSize: 100 })) {
    const tooYoung = timeOf(String(key[2])) > before;
    if (tooYoung || out.keys.length >= FRESH_VALUES || bytes > COMMIT_BYTES) break;
    if (!(value instanceof Uint8Array)) continue;
    const lines = unpack(value);
    if (out.records.length + lines.length > SEGMENT_RECORDS) break;
    bytes += value.length;
    out.keys.push(key);
    const records = lines.map(readRecord);
    if (lines.length >= FULL_ENOUGH && !records.includes(undefined)) {
      packLoose();
      out.chunks.push({ value: new Uint8Array(value), count: lines.length });
    } else loose.push(...lines.filter((_, index) => records[index] !== undefined));
    for (const record of records) if (record !== undefined) out.records.push(record);
  }
  packLoose();
  return out;
}
