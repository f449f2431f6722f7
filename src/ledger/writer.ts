import type { CallRecord, Clock } from "../core/mod.ts";
import { KindTable, type KnownCall } from "./call_kinds.ts";
import type { FreshIndex } from "./segment_seal.ts";
import { freshKey, shardKey, timeOrdered } from "./ledger_keys.ts";
import type { LogRing } from "./log_ring.ts";
import { BLOCK_RECORDS, packCalls, type PackedBlock } from "./record_block.ts";
import type { RollupShard } from "./rollup_shard.ts";
import type { PackedCells } from "./rollup_codec.ts";

/**
 * Longest time between a record and its commit: a commit costs as much as a call, so the calls of a second share
 * one.
 */
const FLUSH_MS = 1_000;
/** Full blocks that trigger a write. */
const MOST_BLOCKS = 24;
/** Most records that wait while the database does not answer; beyond it the oldest are dropped. */
const MOST_PENDING = 50_000;

export interface WriterDeps {
  readonly kv: Deno.Kv;
  readonly clock: Clock;
  /** Called again after a long silence, so that a shard that others have merged is never written again. */
  readonly openShard: () => { readonly name: string; readonly rollups: RollupShard };
  readonly logs: LogRing;
  readonly fresh: FreshIndex;
  readonly onProblem: (error: unknown) => void;
  /** Called after each commit with the number of packed values written. */
  readonly onWritten: (values: number) => void;
}

/** A shard is not written after such a silence; others merge it only after a longer one. */
const SHARD_SILENCE_MS = 12 * 3_600_000;

/** Gathers records and writes them with their counts in one commit, at most a second later. */
export class Writer {
  readonly #deps: WriterDeps;
  #shard: { readonly name: string; readonly rollups: RollupShard };
  readonly #kinds = new KindTable();
  /** Fewer records than fill a block. */
  #pending: KnownCall[] = [];
  /**
   * Packed as soon as there are enough: bytes do not burden the collection of short-lived garbage until the next
   * write.
   */
  #packed: PackedBlock[] = [];
  /** Values of a commit that failed: written again under the same names. */
  #unwritten: Write[] = [];
  #cancelTimer: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #counter = 0;
  #stopped = false;
  #wroteAt: number;

  constructor(deps: WriterDeps) {
    this.#deps = deps;
    this.#shard = deps.openShard();
    this.#wroteAt = deps.clock.now();
  }

  add(record: CallRecord): void {
    const now = this.#deps.clock.now();
    const known = this.#kinds.known(record);
    this.#shardAt(now).rollups.add(record, now, known);
    this.#pending.push(known);
    if (this.#pending.length >= BLOCK_RECORDS) this.#pack();
    if (this.#packed.length === MOST_BLOCKS) void this.flush();
    this.wake();
  }

  #pack(): void {
    const records = this.#pending;
    // Cleared first, so that records that cannot be packed are not retried forever.
    this.#pending = [];
    this.#packed.push(...packCalls(records));
    if (this.#packed.length > MOST_PENDING / BLOCK_RECORDS) this.#packed.shift();
  }

  /** Stops automatic flushes. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
  }

  /** Schedules a flush. */
  wake(): void {
    if (this.#stopped) return;
    this.#cancelTimer ??= this.#deps.clock.after(FLUSH_MS, () => void this.flush());
  }

  /**
   * Writes everything that is pending; one flush at a time. With `whole`, all counts are in their periods and
   * none in a delta log.
   */
  flush(whole = false): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#running = this.#running.then(() => this.#write(whole)).catch(this.#deps.onProblem);
    return this.#running;
  }

  /** Resolves once the database has everything that was added so far, for readers. */
  flushed(): Promise<void> {
    return this.#cancelTimer === undefined ? this.#running : this.flush();
  }

  async #write(whole: boolean): Promise<void> {
    const now = this.#deps.clock.now();
    const shard = this.#shardAt(now);
    this.#wroteAt = now;
    const records = this.#take(now);
    const rollups = shard.rollups.due(whole ? undefined : now);
    const logs = this.#deps.logs.due(now);
    const writes = [...this.#unwritten, ...records, ...[...rollups, ...logs].map(sized)];
    if (writes.length === 0) return;
    writes.push({ key: shardKey(shard.name), value: now, size: 8 });
    try {
      await commitWrites(this.#deps.kv, writes);
      this.#unwritten = [];
      shard.rollups.written();
      this.#deps.onWritten(records.length);
      this.#deps.logs.written(this.#deps.onProblem);
    } catch (error) {
      this.#unwritten = [...this.#unwritten, ...records].slice(-MOST_PENDING / 50);
      shard.rollups.failed();
      this.#deps.onProblem(error);
      this.wake();
    }
  }

  /** The shard for what happens now: a new one after a long silence. */
  #shardAt(now: number): { readonly name: string; readonly rollups: RollupShard } {
    if (now - this.#wroteAt <= SHARD_SILENCE_MS) return this.#shard;
    this.#wroteAt = now;
    const shard = this.#deps.openShard();
    // For a machine that slept between a call and its write.
    shard.rollups.inherit(this.#shard.rollups);
    return this.#shard = shard;
  }

  #take(now: number): Write[] {
    this.#pack();
    const blocks = this.#packed;
    this.#packed = [];
    return blocks.map(({ value, index }) => {
      const name = timeOrdered(now, this.#counter++ % 1_000_000, this.#shard.name);
      this.#deps.fresh.add(name, index);
      return { key: freshKey(name), value, size: value.length };
    });
  }
}

function sized(write: { readonly key: Deno.KvKey; readonly value: PackedCells }): Write {
  return { ...write, size: write.value.length };
}

/** One value to set. */
interface Write {
  readonly key: Deno.KvKey;
  readonly value: unknown;
  /** Bytes of the value, about. */
  readonly size: number;
}

/** Deno KV takes 800 KiB and 1,000 changes a commit. */
const COMMIT_BYTES = 600_000;
const COMMIT_WRITES = 500;

/** Sets all values, in as few commits as the limits allow, in order. Throws when the database refuses one. */
async function commitWrites(kv: Deno.Kv, writes: readonly Write[]): Promise<void> {
  let commit = kv.atomic();
  let [bytes, count] = [0, 0];
  for (const write of writes) {
    if (count > 0 && (bytes + write.size > COMMIT_BYTES || count >= COMMIT_WRITES)) {
      await commit.commit();
      commit = kv.atomic();
      [bytes, count] = [0, 0];
    }
    commit.set(write.key, write.value);
    bytes += write.size;
    count++;
  }
  if (count > 0) await commit.commit();
}
