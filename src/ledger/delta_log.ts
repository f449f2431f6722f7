import { isObject } from "../core/mod.ts";
import { deltaLogPrefix } from "./ledger_keys.ts";
import { VALUE_BYTES } from "./packed.ts";
import {
  type Cells,
  decodeCells,
  type DimCells,
  encodeCells,
  type PackedCells,
  packText,
  unpackJson,
} from "./rollup_codec.ts";
import { type Dim, isDim } from "./rollup_dims.ts";

/** Counts of a process since it last wrote whole periods, all within one minute. */
export interface Deltas {
  /** Number of this delta log in its shard, from 1: a page names the last one that it includes. */
  readonly number: number;
  /** Start of the minute, epoch milliseconds. */
  readonly minute: number;
  readonly cells: DimCells;
}

/** A stored delta log. */
export interface DeltaLog extends Deltas {
  readonly shard: string;
  readonly entry: Deno.KvEntry<unknown>;
}

/** Undefined when it does not fit into one value. */
export function encodeDeltas({ number, minute, cells }: Deltas): PackedCells | undefined {
  const dims: Record<string, unknown> = {};
  for (const [dim, values] of cells) dims[dim] = encodeCells(values);
  const value = packText(JSON.stringify({ v: 1, number, minute, dims }));
  return value.length <= VALUE_BYTES ? value : undefined;
}

/** Reads the delta logs of all shards. Read them before the pages: a page that has included one in between says so. */
export async function readDeltaLogs(kv: Deno.Kv): Promise<readonly DeltaLog[]> {
  const out: DeltaLog[] = [];
  for await (const entry of kv.list<unknown>({ prefix: deltaLogPrefix() })) {
    out.push({ ...decodeDeltas(entry.value), shard: String(entry.key[2]), entry });
  }
  return out;
}

function decodeDeltas(value: unknown): Deltas {
  const { number, minute, dims } = unpackJson(value);
  const cells = new Map<Dim, Cells>();
  for (const [dim, encoded] of Object.entries(isObject(dims) ? dims : {})) {
    if (isDim(dim)) cells.set(dim, decodeCells(encoded));
  }
  return { number: Number(number ?? 0), minute: Number(minute ?? 0), cells };
}
