import { KindTable, type KnownCall, type SharedOfAttempt } from "./call_kinds.ts";
import { CallTally } from "./call_tally.ts";
import type { CallRecord } from "../core/mod.ts";
import { type Grain, rollupKey, tailKey } from "./ledger_keys.ts";
import { type Cells, type DimCells, encodePage, mergeCells, type PackedCells } from "./rollup_codec.ts";
import { type Dim, grainsOf, periodOf } from "./rollup_dims.ts";
import { encodeDeltas } from "./delta_log.ts";

export interface ShardDeps {
  /** Names this process's values; never used twice, so that values only ever grow. */
  readonly shard: string;
  readonly projectOf: (attempt: SharedOfAttempt) => string;
  readonly costOf: (record: CallRecord) => number | null;
}

interface Page {
  readonly time: number;
  cells: Cells;
  dirty: boolean;
  /** Number of the last tail that is in it. */
  through: number;
}

/** How often periods are written whole; a write between carries the tail alone, which is what was counted since. */
const WHOLE_MS = 5_000;

interface Due {
  readonly key: Deno.KvKey;
  readonly value: PackedCells;
}

/**
 * This process's own counts of the running periods. A write carries either the whole of each period, or the whole of the tail;
 * so repeating one is harmless, and so is one that was half done: a page says which tails are in it.
 */
export class RollupShard {
  readonly #deps: ShardDeps;
  readonly #pages = new Map<string, Page>();
  /** What was counted in `#minute` and is in no page yet: first what no `due` has given out. */
  #tally = new CallTally();
  readonly #tail: DimCells = new Map();
  #tailNumber = 1;
  /** Whether the tail may be in the database. */
  #tailGiven = false;
  #minute = 0;
  #wholeAt = -Infinity;
  #dueWhole = false;
  /** How many of `#past` the last `due` gave out; more may have ended since then. */
  #duePast = 0;
  /** Periods that have ended, not written yet: encoded, which takes a tenth of the memory of cells. */
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

  /** Takes over what another shard has counted since its last `due`; that one is not used again. */
  inherit(other: RollupShard): void {
    this.#tally = other.#tally;
    other.#tally = new CallTally();
    this.#minute = other.#minute;
  }

  /** The values to write, whole; what is given out stays due until `written` is called. Always whole periods without a time. */
  due(now = Infinity): Due[] {
    const news = !this.#tally.empty;
    this.#tally.moveTo(this.#tail, this.#deps.projectOf);
    const tail = this.#mayGiveTail(now) ? (news ? this.#encodeDeltas() : []) : undefined;
    this.#dueWhole = tail === undefined;
    if (tail !== undefined) return tail;
    this.#wholeAt = now;
    return this.#whole();
  }

  #mayGiveTail(now: number): boolean {
    return now - this.#wholeAt < WHOLE_MS && this.#past.length === 0 &&
      ![...this.#pages.values()].some(({ dirty }) => dirty);
  }

  /** Undefined when it is too large for one value. */
  #encodeDeltas(): Due[] | undefined {
    const value = encodeDeltas({ number: this.#tailNumber, minute: this.#minute, cells: this.#tail });
    if (value === undefined) return undefined;
    this.#tailGiven = true;
    return [{ key: tailKey(this.#deps.shard), value }];
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
    if (this.#tailGiven) out.push({ key: tailKey(this.#deps.shard), value: "" });
    return out;
  }

  /** Tells that everything of the last `due` is in the database. */
  written(): void {
    if (this.#dueWhole) this.#tailGiven = false;
    this.#past.splice(0, this.#duePast);
    this.#duePast = 0;
  }

  /** Makes everything due again after a commit that failed. */
  failed(): void {
    this.#duePast = 0;
    for (const page of this.#pages.values()) page.dirty = true;
  }

  /** Takes what was counted lately over into every period that it belongs to. */
  #fold(): void {
    this.#tally.moveTo(this.#tail, this.#deps.projectOf);
    if (this.#tail.size === 0) return;
    for (const [dim, cells] of this.#tail) {
      for (const grain of grainsOf(dim).toReversed()) {
        const page = this.#page(grain, dim, periodOf(grain, this.#minute));
        page.dirty = true;
        page.through = this.#tailNumber;
        // The shortest period comes last: one that has just begun keeps the cells themselves.
        if (grain === grainsOf(dim)[0] && page.cells.size === 0) page.cells = cells;
        else mergeCells(page.cells, cells);
      }
    }
    this.#tail.clear();
    this.#tailNumber++;
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
