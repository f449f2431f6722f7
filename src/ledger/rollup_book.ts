import type { AttemptRecord, CallRecord } from "../core/mod.ts";
import { type Grain, rollupKey } from "./ledger_keys.ts";
import { type Addition, addTo, type Cell, emptyCell, mergeCell } from "./rollup_cell.ts";
import { cellOf, type Cells, encodeCells, type PackedCells } from "./rollup_codec.ts";

const DIMS = [
  "total",
  "model",
  "key",
  "project",
  "client",
  "agent",
  "class",
  "bucket",
  "flow",
] as const;
export type Dim = typeof DIMS[number];

/** Which dimensions are kept at which grain. */
const KEPT: Readonly<Record<Grain, readonly Dim[]>> = {
  minute: ["total", "model", "key", "project", "client", "agent", "bucket"],
  hour: ["total", "model", "key", "project", "client", "agent", "class", "flow"],
  day: ["total", "model", "key", "project", "client", "agent", "class", "flow"],
  all: ["total", "model", "key", "client", "flow"],
};
const GRAINS: readonly Grain[] = ["minute", "hour", "day", "all"];
/** Which grains keep a dimension. */
const GRAINS_OF = new Map(DIMS.map((dim) => [dim, GRAINS.filter((grain) => KEPT[grain].includes(dim))]));

/** Dimensions that count attempts, and not calls: what a key or bucket truly carried. */
const BY_ATTEMPT: ReadonlySet<Dim> = new Set<Dim>(["key", "project", "bucket"]);

/** Parts of a flow value, in order: client, model, source, credential. */
export const FLOW_SEPARATOR = "\t";

export interface BookDeps {
  /** Names this process's values; never used twice, so that values only ever grow. */
  readonly book: string;
  readonly projectOf: (attempt: AttemptRecord) => string;
  readonly costOf: (record: CallRecord) => number;
}

interface Page {
  readonly time: number;
  readonly cells: Cells;
  dirty: boolean;
}

/** This process's own counts of the running periods; each write carries the whole of a period, so repeating one is harmless. */
export class RollupBook {
  readonly #deps: BookDeps;
  readonly #pages = new Map<string, Page>();
  /** What was counted in `#minute` and is in no page yet. */
  readonly #recent = new Map<Dim, Cells>();
  #minute = 0;
  /** How many of `#past` the last `due` gave out; calls counted since then may have added to them. */
  #duePast = 0;
  readonly #past: { grain: Grain; dim: Dim; page: Page }[] = [];

  constructor(deps: BookDeps) {
    this.#deps = deps;
  }

  /**
   * Counts a call that ended at `now`. Calls of one minute are first counted once a dimension; the longer periods, which
   * begin with a minute all of them, take the sums over when they are asked for.
   */
  add(record: CallRecord, now: number): void {
    const minute = periodOf("minute", now);
    if (minute !== this.#minute) this.#fold();
    this.#minute = minute;
    const costMicros = this.#deps.costOf(record);
    const { outcome, totalMs, usage, firstTokenMs } = record;
    const whole: Addition = {
      outcome,
      costMicros,
      totalMs,
      ...(usage === undefined ? {} : { usage }),
      ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
    };
    for (const dim of DIMS) {
      if (!BY_ATTEMPT.has(dim)) addTo(this.#recentCell(dim, callValue(dim, record)), whole, dim !== "flow");
    }
    const last = record.attempts.length - 1;
    for (const [index, attempt] of record.attempts.entries()) {
      const part = attemptAddition(record, attempt, index === last, costMicros);
      for (const dim of BY_ATTEMPT) {
        addTo(this.#recentCell(dim, this.#attemptValue(dim, attempt)), part, true);
      }
    }
  }

  /** Takes over what another book has counted since its last `due`; that one is not used again. */
  inherit(other: RollupBook): void {
    for (const [dim, cells] of other.#recent) this.#recent.set(dim, cells);
    other.#recent.clear();
    this.#minute = other.#minute;
  }

  /** The values to write, whole; they stay due until `written` is called. */
  due(): { readonly key: Deno.KvKey; readonly value: PackedCells }[] {
    this.#fold();
    this.#duePast = this.#past.length;
    const out = this.#past.map(({ grain, dim, page }) => this.#encode(grain, dim, page));
    for (const [name, page] of this.#pages) {
      if (!page.dirty) continue;
      const [grain, dim] = name.split(" ") as [Grain, Dim];
      out.push(this.#encode(grain, dim, page));
      page.dirty = false;
    }
    return out;
  }

  /** Tells that everything of the last `due` is in the database. */
  written(): void {
    this.#past.splice(0, this.#duePast);
    this.#duePast = 0;
  }

  /** Makes everything due again after a commit that failed. */
  failed(): void {
    this.#duePast = 0;
    for (const page of this.#pages.values()) page.dirty = true;
  }

  #recentCell(dim: Dim, value: string): Cell {
    let cells = this.#recent.get(dim);
    if (cells === undefined) this.#recent.set(dim, cells = new Map());
    let cell = cells.get(value);
    if (cell === undefined) cells.set(value, cell = emptyCell());
    return cell;
  }

  /** Takes what was counted lately over into every period that it belongs to. */
  #fold(): void {
    for (const [dim, recent] of this.#recent) {
      for (const grain of GRAINS_OF.get(dim) ?? []) {
        const page = this.#page(grain, dim, periodOf(grain, this.#minute));
        page.dirty = true;
        for (const [value, cell] of recent) mergeCell(cellOf(page.cells, value), cell);
      }
    }
    this.#recent.clear();
  }

  #attemptValue(dim: Dim, attempt: AttemptRecord): string {
    if (dim === "key") return attempt.credential;
    return dim === "bucket" ? attempt.bucket : this.#deps.projectOf(attempt);
  }

  #page(grain: Grain, dim: Dim, time: number): Page {
    const name = `${grain} ${dim}`;
    const page = this.#pages.get(name);
    if (page !== undefined && page.time === time) return page;
    if (page !== undefined) this.#past.push({ grain, dim, page });
    const fresh: Page = { time, cells: new Map(), dirty: true };
    this.#pages.set(name, fresh);
    return fresh;
  }

  #encode(grain: Grain, dim: Dim, page: Page): { key: Deno.KvKey; value: PackedCells } {
    return { key: rollupKey(grain, dim, page.time, this.#deps.book), value: encodeCells(page.cells) };
  }
}

/** Start of the period that holds `now`, epoch milliseconds; 0 for the whole life of the database. Days are UTC days. */
export function periodOf(grain: Grain, now: number): number {
  return grain === "all" ? 0 : Math.floor(now / PERIOD_MS[grain]) * PERIOD_MS[grain];
}

export const PERIOD_MS: Readonly<Record<Exclude<Grain, "all">, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

function callValue(dim: Dim, record: CallRecord): string {
  switch (dim) {
    case "model":
      return modelOf(record);
    case "client":
      return record.client;
    case "agent":
      return record.agent || "unknown";
    case "class":
      return record.outcome === "ok" ? "ok" : record.failure ?? record.outcome;
    case "flow": {
      const last = record.attempts.at(-1);
      return [record.client, modelOf(record), last?.source ?? "", last?.credential ?? ""].join(
        FLOW_SEPARATOR,
      );
    }
    default:
      return "total";
  }
}

function modelOf(record: CallRecord): string {
  return record.modelUsed ?? record.modelAsked;
}

/** An attempt's share of its call: the last one carries the tokens. */
function attemptAddition(
  record: CallRecord,
  attempt: AttemptRecord,
  last: boolean,
  costMicros: number,
): Addition {
  const outcome = attempt.failure === undefined
    ? (last ? record.outcome : "ok")
    : attempt.failure === "client_gone"
    ? "cancelled"
    : "failed";
  return {
    outcome,
    costMicros: last ? costMicros : 0,
    totalMs: attempt.totalMs,
    ...(last && record.usage !== undefined ? { usage: record.usage } : {}),
    ...(attempt.firstTokenMs === undefined ? {} : { firstTokenMs: attempt.firstTokenMs }),
  };
}
