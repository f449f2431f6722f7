import { KindTable, type KnownCall, type SharedOfAttempt } from "./call_kinds.ts";
import { CallTally } from "./call_tally.ts";
import type { CallRecord } from "../core/mod.ts";
import { deltaLogKey, type Grain, rollupKey } from "./ledger_keys.ts";
import { type Cells, type DimCells, encodePage, mergeCells, type PackedCells } from "./rollup_codec.ts";
import { type Dim, grainsOf, periodOf } from "./rollup_dims.ts";
import { encodeDeltas } from "./delta_log.ts";

export interface ShardDeps {
  /** Names this process's values; never reused, so that values only grow. */
  readonly shard: string;
  readonly projectOf: (attempt: SharedOfAttempt) => string;
  readonly costOf: (record: CallRecord) => number | null;
}

interface Page {
  readonly time: number;
  cells: Cells;
  dirty: boolean;
  /** Number of the last delta log included. */
  through: number;
}

/** Interval at which whole periods are written; writes in between contain only the delta log. */
const WHOLE_MS = 5_000;

interface Due {
  readonly key: Deno.KvKey;
  readonly value: PackedCells;
}

/**
 * This process's own counts of the running periods. A write contains either whole periods or the whole delta
 * log, so repeating it is harmless, and so is a partial one: a page records which delta logs it includes.
 */
export class RollupShard {
  readonly #deps: ShardDeps;
  readonly #pages = new Map<string, Page>();
  /** Counts of `#minute` that are in no page yet: first those that no `due` has returned. */
  #tally = new CallTally();
  readonly #deltas: DimCells = new Map();
  #deltasNumber = 1;
  /** Whether the delta log may be in the database. */
  #deltasGiven = false;
  #minute = 0;
  #wholeAt = -Infinity;
  #dueWhole = false;
  /** Number of `#past` that the last `due` returned; more may have ended since. */
  #duePast = 0;
  /** Ended periods that are not written yet; encoded, which takes a tenth of the memory. */
  readonly #past: Due[] = [];

  constructor(deps: ShardDeps) {
    this.#deps = deps;
  }

  /** Counts a call that ended at `now`. Every period begins with a minute, so calls of one minute belong to the same ones. */
  add(record: CallRecord, now: number, known: KnownCall = new KindTable().known(record)): void {
    const minute = periodOf("minute", now);
    if (minute !== this.#minute) this.#fold();
    this.#minute = minute;
    this.#tally.add(known, this.#deps.costOf(record));
  }

  /** Takes over the counts of another shard since its last `due`; that shard is not used again. */
  inherit(other: RollupShard): void {
    this.#tally = other.#tally;
    other.#tally = new CallTally();
    this.#minute = other.#minute;
  }

  /** The values to write; they stay due until `written` is called. Always whole periods without a time. */
  due(now = Infinity): Due[] {
    const news = !this.#tally.empty;
    this.#tally.moveTo(this.#deltas, this.#deps.projectOf);
    const deltas = this.#mayWriteDeltas(now) ? (news ? this.#encodeDeltas() : []) : undefined;
    this.#dueWhole = deltas === undefined;
    if (deltas !== undefined) return deltas;
    this.#wholeAt = now;
    return this.#whole();
  }

  #mayWriteDeltas(now: number): boolean {
    return now - this.#wholeAt < WHOLE_MS && this.#past.length === 0 &&
      ![...this.#pages.values()].some(({ dirty }) => dirty);
  }

  /** Undefined when it is too large for one value. */
  #encodeDeltas(): Due[] | undefined {
    const value = encodeDeltas({ number: this.#deltasNumber, minute: this.#minute, cells: this.#deltas });
    if (value === undefined) return undefined;
    this.#deltasGiven = true;
    return [{ key: deltaLogKey(this.#deps.shard), value }];
  }

  #whole(): Due[] {
    this.#fold();
    this.#duePast = this.#past.length;
    const out = [...this.#past];
    for (const [name, page] of this.#pages) {
      if (!page.dirty) continue;
      const [grain, dim] = name.split(" ") as [Grain, Dim];
      out.push(this.#encode(grain, dim, page));
      page.dirty = false;
    }
    if (this.#deltasGiven) out.push({ key: deltaLogKey(this.#deps.shard), value: "" });
    return out;
  }

  /** Confirms that everything of the last `due` is in the database. */
  written(): void {
    if (this.#dueWhole) this.#deltasGiven = false;
    this.#past.splice(0, this.#duePast);
    this.#duePast = 0;
  }

  /** Makes everything due again after a commit that failed. */
  failed(): void {
    this.#duePast = 0;
    for (const page of this.#pages.values()) page.dirty = true;
  }

  /** Moves recent counts into every period that they belong to. */
  #fold(): void {
    this.#tally.moveTo(this.#deltas, this.#deps.projectOf);
    if (this.#deltas.size === 0) return;
    for (const [dim, cells] of this.#deltas) {
      for (const grain of grainsOf(dim).toReversed()) {
        const page = this.#page(grain, dim, periodOf(grain, this.#minute));
        page.dirty = true;
        page.through = this.#deltasNumber;
        // The shortest period comes last: a new one takes the cells themselves.
        if (grain === grainsOf(dim)[0] && page.cells.size === 0) page.cells = cells;
        else mergeCells(page.cells, cells);
      }
    }
    this.#deltas.clear();
    this.#deltasNumber++;
  }

  #page(grain: Grain, dim: Dim, time: number): Page {
    const name = `${grain} ${dim}`;
    const page = this.#pages.get(name);
    if (page !== undefined && page.time === time) return page;
    if (page !== undefined) this.#past.push(this.#encode(grain, dim, page));
    const fresh: Page = { time, cells: new Map(), dirty: true, through: 0 };
    this.#pages.set(name, fresh);
    return fresh;
  }

  #encode(grain: Grain, dim: Dim, page: Page): Due {
    return { key: rollupKey(grain, dim, page.time, this.#deps.shard), value: encodePage(page) };
  }
}
