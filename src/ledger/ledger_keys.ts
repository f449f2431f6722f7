import { ledgerKey } from "../store/mod.ts";

/** Every KV key of the ledger's records; only the ledger writes below the `ledger` prefix. */

export type Grain = "minute" | "hour" | "day" | "all";

/** Newly written records, packed; moved into segments when there are enough of them. */
export const freshPrefix = (): Deno.KvKey => ledgerKey("fresh");
export const freshKey = (chunk: string): Deno.KvKey => ledgerKey("fresh", chunk);
/** Sequence number of the last segment; checked by every sealing commit. */
export const headKey = (): Deno.KvKey => ledgerKey("head");
export const segmentPrefix = (): Deno.KvKey => ledgerKey("segment");
export const segmentKey = (segment: number): Deno.KvKey => ledgerKey("segment", segment);
export const chunkKey = (segment: number, index: number): Deno.KvKey => ledgerKey("chunk", segment, index);
export const columnPrefix = (facet: string): Deno.KvKey => ledgerKey("column", facet);
export const columnKey = (facet: string, segment: number): Deno.KvKey => ledgerKey("column", facet, segment);

export const rollupDimPrefix = (grain: Grain, dim: string): Deno.KvKey => ledgerKey("roll", grain, dim);
export const rollupGrainPrefix = (grain: Grain): Deno.KvKey => ledgerKey("roll", grain);
/** `shard` names the process that wrote it, or `merged`. */
export const rollupKey = (grain: Grain, dim: string, time: number, shard: string): Deno.KvKey =>
  ledgerKey("roll", grain, dim, time, shard);

/** Delta logs: counts of a shard since it last wrote whole periods. */
export const deltaLogPrefix = (): Deno.KvKey => ledgerKey("tail");
export const deltaLogKey = (shard: string): Deno.KvKey => ledgerKey("tail", shard);

export const logPrefix = (): Deno.KvKey => ledgerKey("log");
export const logKey = (id: string): Deno.KvKey => ledgerKey("log", id);
export const alertKey = (id: string): Deno.KvKey => ledgerKey("alert", id);

/** A name that sorts by time: milliseconds in base 36 (good until the year 5188), then the shard and a counter. */
export function timeOrdered(now: number, counter: number, shard: string): string {
  return `${Math.floor(now).toString(36).padStart(9, "0")}-${counter.toString(36).padStart(4, "0")}-${shard}`;
}

/** The time at the front of a name made by `timeOrdered`, in epoch milliseconds. */
export function timeOf(id: string): number {
  return parseInt(id.slice(0, 9), 36);
}

/** Time of a shard's last write: it is merged with others only long after. */
export const shardPrefix = (): Deno.KvKey => ledgerKey("shard");
export const shardKey = (shard: string): Deno.KvKey => ledgerKey("shard", shard);
