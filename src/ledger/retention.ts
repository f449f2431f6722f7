import type { Grain } from "./ledger_keys.ts";
import {
  chunkKey,
  columnKey,
  freshPrefix,
  rollupDimPrefix,
  segmentKey,
  shardPrefix,
  timeOf,
} from "./ledger_keys.ts";
import { dimsOf, PERIOD_MS } from "./rollup_dims.ts";
import { FACETS } from "./record_filter.ts";
import { segmentsBelow } from "./segment_store.ts";

const DAY_MS = PERIOD_MS.day;
/** Minutes are for the charts of the last two days only. */
const MINUTE_DAYS = 2;

export interface SweepReport {
  readonly records: number;
  readonly rollups: number;
}

/** Removes what is older than the retention allows. Repeating it removes nothing more. */
export async function sweepOld(kv: Deno.Kv, now: number, retentionDays: number): Promise<SweepReport> {
  const before = now - retentionDays * DAY_MS;
  let rollups = await sweepRollups(kv, "minute", now - Math.min(MINUTE_DAYS, retentionDays) * DAY_MS);
  rollups += await sweepRollups(kv, "hour", before);
  rollups += await sweepRollups(kv, "day", before);
  await sweepShards(kv, now - 400 * DAY_MS);
  return { records: await sweepSegments(kv, before) + await sweepFresh(kv, before), rollups };
}

async function sweepSegments(kv: Deno.Kv, before: number): Promise<number> {
  let records = 0;
  for await (const segment of segmentsBelow(kv, Number.MAX_SAFE_INTEGER)) {
    if (segment.to >= before) continue;
    const commit = kv.atomic().delete(segmentKey(segment.number)).delete(columnKey("id", segment.number));
    for (const facet of FACETS) commit.delete(columnKey(facet, segment.number));
    for (const index of segment.chunks.keys()) commit.delete(chunkKey(segment.number, index));
    await commit.commit();
    records += segment.count;
  }
  return records;
}

async function sweepFresh(kv: Deno.Kv, before: number): Promise<number> {
  let values = 0;
  for await (const { key } of kv.list({ prefix: freshPrefix() })) {
    if (timeOf(String(key[2])) >= before) break;
    await kv.delete(key);
    values++;
  }
  return values;
}

async function sweepRollups(kv: Deno.Kv, grain: Exclude<Grain, "all">, before: number): Promise<number> {
  let removed = 0;
  let commit = kv.atomic();
  for (const dim of dimsOf(grain)) {
    // By dimension, so that only what is removed is read.
    const start = rollupDimPrefix(grain, dim);
    const end = [...start, before - PERIOD_MS[grain] + 1];
    for await (const { key } of kv.list({ start, end }, { batchSize: 500 })) {
      commit.delete(key);
      if (++removed % 500 !== 0) continue;
      await commit.commit();
      commit = kv.atomic();
    }
  }
  await commit.commit();
  return removed;
}

async function sweepShards(kv: Deno.Kv, before: number): Promise<void> {
  for await (const { key, value } of kv.list<number>({ prefix: shardPrefix() })) {
    if (value < before) await kv.delete(key);
  }
}
