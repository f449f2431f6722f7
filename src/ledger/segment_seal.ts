import { KindTable, type KnownCall } from "./call_kinds.ts";
import { buildColumn, idColumn, recordsIn } from "./facet_column.ts";
import { chunkKey, columnKey, freshPrefix, headKey, segmentKey, timeOf } from "./ledger_keys.ts";
import {
  BLOCK_RECORDS,
  type BlockIndex,
  indexOf,
  openBlock,
  packCalls,
  type PackedBlock,
} from "./record_block.ts";
import { FACETS } from "./record_filter.ts";
import type { SegmentMeta } from "./segment_store.ts";
import type { Clock } from "../core/mod.ts";
import type { Store } from "../store/mod.ts";

/** Records in a segment: a filter reads one column of it. */
const SEGMENT_RECORDS = 2_048;
/** Deno KV takes 1,000 changes and 800 KiB a commit; both are kept well below. */
const FRESH_VALUES = 600;
const COMMIT_BYTES = 450_000;
/** Values read at a time: full ones make a segment, and needless reading costs as much as packing. */
const READ_TOGETHER = Math.ceil(SEGMENT_RECORDS / BLOCK_RECORDS) + 1;
/** Values younger than this stay: another process may still be writing one with an earlier name. */
const SETTLE_MS = 2_000;

interface Gathered {
  readonly keys: Deno.KvKey[];
  readonly chunks: PackedBlock[];
}

/** A fresh value with at least so many records becomes a chunk of the segment as it is; smaller ones are packed together. */
const FULL_ENOUGH = BLOCK_RECORDS / 3;

/**
 * Moves the oldest fresh values into one segment, in one commit: nothing is lost or doubled by a kill. Returns
 * the number of records moved; 0 when there are too few, or when another process has done it.
 */
async function sealSegment(
  kv: Deno.Kv,
  now: number,
  minimum: number,
  fresh: FreshIndex,
): Promise<number> {
  const head = await kv.get<number>(headKey());
  const { keys, chunks } = await gather(kv, now - SETTLE_MS, fresh);
  const blocks = chunks.map(({ index }) => index);
  const count = recordsIn(blocks);
  if (count === 0 || (count < minimum && keys.length < FRESH_VALUES / 2)) return 0;
  const number = (head.value ?? 0) + 1;
  const meta: SegmentMeta = {
    v: 1,
    count,
    chunks: blocks.map((block) => block.count),
    from: Math.min(...blocks.map(({ from }) => from)),
    to: Math.max(...blocks.map(({ to }) => to)),
  };
  const commit = kv.atomic().check(head).set(headKey(), number).set(segmentKey(number), meta);
  for (const [index, { value }] of chunks.entries()) commit.set(chunkKey(number, index), value);
  for (const facet of FACETS) commit.set(columnKey(facet, number), buildColumn(facet, blocks));
  commit.set(columnKey("id", number), idColumn(blocks));
  for (const key of keys) commit.delete(key);
  if (!(await commit.commit()).ok) return 0;
  fresh.remove(keys.map((key) => String(key[2])));
  return count;
}

async function gather(kv: Deno.Kv, before: number, fresh: FreshIndex): Promise<Gathered> {
  const out: Gathered = { keys: [], chunks: [] };
  const kinds = new KindTable();
  let loose: KnownCall[] = [];
  let [bytes, count] = [0, 0];
  const packLoose = () => {
    out.chunks.push(...packCalls(loose));
    loose = [];
  };
  const entries = kv.list<unknown>({ prefix: freshPrefix() }, { batchSize: READ_TOGETHER });
  for await (const { key, value } of entries) {
    const name = String(key[2]);
    const tooYoung = timeOf(name) > before;
    if (tooYoung || out.keys.length >= FRESH_VALUES || bytes > COMMIT_BYTES) break;
    if (!(value instanceof Uint8Array)) continue;
    const part = partOf(value, fresh.get(name), kinds);
    const size = "index" in part ? part.index.count : part.length;
    if (count + size > SEGMENT_RECORDS) break;
    bytes += value.length;
    count += size;
    out.keys.push(key);
    if ("index" in part) {
      packLoose();
      out.chunks.push(part);
    } else loose.push(...part);
  }
  packLoose();
  return out;
}

/** A value unchanged if it is full enough and wholly readable; else its records. */
function partOf(
  value: Uint8Array,
  known: BlockIndex | undefined,
  kinds: KindTable,
): PackedBlock | readonly KnownCall[] {
  if (known !== undefined && known.count >= FULL_ENOUGH) return { value, index: known };
  const block = openBlock(value);
  const calls: KnownCall[] = [];
  for (let position = 0; position < block.count; position++) {
    const record = block.record(position);
    if (record !== undefined) calls.push(kinds.known(record));
  }
  const isWhole = calls.length >= FULL_ENOUGH && calls.length === block.count;
  return isWhole ? { value, index: indexOf(calls) } : calls;
}

/** Packed values this process writes before it looks whether a segment is full. */
const SEAL_EVERY = 32;
const LEASE_MS = 30_000;

/** Packs fresh records into segments, one process and one run at a time. */
export class Sealer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onProblem: (error: unknown) => void;
  readonly #fresh: FreshIndex;
  #written = 0;
  #running: Promise<number> = Promise.resolve(0);

  constructor(store: Store, clock: Clock, fresh: FreshIndex, onProblem: (error: unknown) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#fresh = fresh;
    this.#onProblem = onProblem;
  }

  /** Called after each write; seals now and then, in the background. */
  written(values: number): void {
    this.#written += values;
    if (this.#written < SEAL_EVERY) return;
    this.#written = 0;
    this.seal(SEGMENT_RECORDS / 2).catch(this.#onProblem);
  }

  /** Packs while at least `minimum` records wait; returns how many were packed. */
  seal(minimum: number): Promise<number> {
    this.#running = this.#running.catch(() => 0).then(() => this.#sealAll(minimum));
    return this.#running;
  }

  async settled(): Promise<void> {
    await this.#running.catch(() => 0);
  }

  async #sealAll(minimum: number): Promise<number> {
    const lease = await this.#store.lease("ledger-seal", LEASE_MS);
    if (lease === undefined) return 0;
    try {
      let moved = 0;
      while (true) {
        const part = await sealSegment(this.#store.kv, this.#clock.now(), minimum, this.#fresh);
        moved += part;
        if (part < SEGMENT_RECORDS / 4) return moved;
        await lease.renew(LEASE_MS);
      }
    } finally {
      await lease.release();
    }
  }
}

/** Most values whose index is cached; those of another process or an earlier run are read instead. */
const MOST = 128;

/** Indexes of values that this process wrote and that are in no segment yet, by name: sealing need not read them. */
export class FreshIndex {
  readonly #indexes = new Map<string, BlockIndex>();

  add(name: string, index: BlockIndex): void {
    this.#indexes.set(name, index);
    if (this.#indexes.size <= MOST) return;
    for (const oldest of this.#indexes.keys()) {
      this.#indexes.delete(oldest);
      break;
    }
  }

  get(name: string): BlockIndex | undefined {
    return this.#indexes.get(name);
  }

  /** Removes values that are in a segment now. */
  remove(names: readonly string[]): void {
    for (const name of names) this.#indexes.delete(name);
  }
}
