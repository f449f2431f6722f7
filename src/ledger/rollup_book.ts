import type { AttemptRecord, CallRecord } from "../core/mod.ts";
import { type Grain, rollupKey } from "./ledger_keys.ts";
import { type Addition, addTo } from "./rollup_cell.ts";
import { cellOf, type Cells, encodeCells, type PackedCells } from "./rollup_codec.ts";

export const DIMS = [
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
  readonly #past: { grain: Grain; dim: Dim; page: Page }[] = [];

  constructor(deps: BookDeps) {
    this.#deps = deps;
  }

  /** Counts a call that ended at `now`. */
  add(record: CallRecord, now: number): void {
    const costMicros = this.#deps.costOf(record);
    for (const grain of GRAINS) {
      const time = periodOf(grain, now);
      for (const dim of KEPT[grain]) this.#addTo(grain, dim, time, record, costMicros);
    }
  }

  /** The values to write, whole; they stay due until `written` is called. */
  due(): { readonly key: Deno.KvKey; readonly value: PackedCells }[] {
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
    this.#past.length = 0;
  }

  /** Makes everything due again after a commit that failed. */
  failed(): void {
    for (const page of this.#pages.values()) page.dirty = true;
  }

  #addTo(grain: Grain, dim: Dim, time: number, record: CallRecord, costMicros: number): void {
    const page = this.#page(grain, dim, time);
    page.dirty = true;
    const timed = dim !== "flow";
    if (BY_ATTEMPT.has(dim)) {
      for (const [index, attempt] of record.attempts.entries()) {
        const last = index === record.attempts.length - 1;
        addTo(
          cellOf(page.cells, this.#attemptValue(dim, attempt)),
          attemptAddition(record, attempt, last, costMicros),
          timed,
        );
      }
      return;
    }
    addTo(cellOf(page.cells, callValue(dim, record)), { ...record, costMicros }, timed);
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
