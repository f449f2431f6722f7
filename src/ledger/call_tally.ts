import type { AttemptRecord, CallRecord } from "../core/mod.ts";
import type { AttemptKind, CallKind, KnownCall, SharedOfAttempt } from "./call_kinds.ts";
import { type Cell, countIn, emptyCell, mergeCell, mergeTimes, observe } from "./rollup_cell.ts";
import { cellOf, type DimCells, dimCells } from "./rollup_codec.ts";
import { callValues, flowValue, NO_KEY } from "./rollup_dims.ts";

/**
 * Counts calls by their kinds, which is three sums per call; what each kind adds to nine dimensions is computed
 * when the counts are moved, once for all calls of the kind.
 */
export class CallTally {
  readonly #calls = new Map<CallKind, Cell>();
  readonly #attempts = new Map<AttemptKind, Cell>();
  readonly #flows = new Map<CallKind, Map<AttemptKind | undefined, Cell>>();

  get empty(): boolean {
    return this.#calls.size === 0;
  }

  add({ record, call, attempts }: KnownCall, costMicros: number | null): void {
    const { outcome, totalMs, firstTokenMs, usage } = record;
    const cell = cellFor(this.#calls, call);
    countIn(cell, outcome, costMicros, usage, totalMs, firstTokenMs);
    if (outcome !== "refused") observe(cell.queued, record.queuedMs);
    const last = attempts.length - 1;
    for (let index = 0; index <= last; index++) {
      const [kind, attempt] = [attempts[index], record.attempts[index]];
      if (kind !== undefined && attempt !== undefined) {
        this.#addAttempt(kind, attempt, record, index === last, costMicros);
      }
    }
    if (outcome === "refused") return;
    let flows = this.#flows.get(call);
    if (flows === undefined) this.#flows.set(call, flows = new Map());
    countIn(cellFor(flows, attempts[last]), outcome, costMicros, usage);
  }

  /** An attempt's share of its call: the last one carries the tokens. */
  #addAttempt(
    kind: AttemptKind,
    attempt: AttemptRecord,
    record: CallRecord,
    last: boolean,
    costMicros: number | null,
  ) {
    const outcome = attempt.failure === undefined
      ? (last ? record.outcome : "ok")
      : attempt.failure === "client_gone"
      ? "cancelled"
      : "failed";
    const tried = cellFor(this.#attempts, kind);
    if (!last) tried.retried++;
    const usage = last ? record.usage : undefined;
    countIn(tried, outcome, last ? costMicros : 0, usage, attempt.totalMs, attempt.firstTokenMs);
  }

  /** Adds all counts to the dimensions' cells, and resets itself. */
  moveTo(into: DimCells, projectOf: (attempt: SharedOfAttempt) => string): void {
    for (const [{ shared }, cell] of this.#calls) {
      for (const [dim, value] of callValues(shared)) mergeCell(cellOf(dimCells(into, dim), value), cell);
    }
    for (const [{ shared }, cell] of this.#attempts) {
      const key = cellOf(dimCells(into, "key"), shared.credential);
      mergeTimes(key, cell);
      key.retried += cell.retried;
      mergeCell(cellOf(dimCells(into, "bucket"), shared.bucket), cell);
      mergeCell(cellOf(dimCells(into, "project"), projectOf(shared)), cell);
    }
    for (const [{ shared }, flows] of this.#flows) {
      for (const [last, cell] of flows) {
        mergeCell(cellOf(dimCells(into, "flow"), flowValue(shared, last?.shared)), cell);
        // A call counts for the key of its last attempt, so that calls by key add up to all calls.
        mergeCell(cellOf(dimCells(into, "key"), last?.shared.credential ?? NO_KEY), cell);
      }
    }
    for (const cells of [this.#calls, this.#attempts, this.#flows]) cells.clear();
  }
}

function cellFor<Key>(cells: Map<Key, Cell>, key: Key): Cell {
  let cell = cells.get(key);
  if (cell === undefined) cells.set(key, cell = emptyCell());
  return cell;
}
