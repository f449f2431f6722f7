import { CALL_KINDS, type CallKind, type CallRecord, isOfKind, ok } from "../core/mod.ts";
import { addTo, emptyCell, type RecordFilter } from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type CellView, cellView } from "./cell_view.ts";
import type { Outcome } from "./problem.ts";

/** Calls that began in one step of time, by how they ended. */
export interface HistogramStep {
  /** Its start, epoch milliseconds, and its length. */
  readonly time: number;
  readonly ms: number;
  readonly ok: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly refused: number;
}

/** What all records of a filter add up to. */
export interface RequestTotals extends CellView {
  /** False when there are more than were looked at: the sums are of the newest. */
  readonly complete: boolean;
  /** Start of the oldest record counted, epoch milliseconds; null without any. */
  readonly oldest: number | null;
  /** How many of each kind the other filters leave: what a choice of another kind would show. */
  readonly kinds: Readonly<Record<CallKind, number>>;
  /** Oldest first. */
  readonly histogram: readonly HistogramStep[];
}

/** Records read at a time, and how long and how many in all: a table of a million is not summed up for a glance. */
const PAGE = 500;
const MOST_MS = 1_500;
const MOST_RECORDS = 100_000;

/** Adds up every record that a filter leaves, newest first, until the end or for as long as a glance may take. */
export async function requestTotals(
  { ledger }: AdminDeps,
  { is, ...others }: RecordFilter,
  monotonicNow: () => number = () => performance.now(),
): Promise<Outcome<RequestTotals>> {
  const cell = emptyCell();
  const started = monotonicNow();
  const kinds = { failed: 0, refused: 0, left: 0, slow: 0, retried: 0 };
  const minutes = new Map<number, Counts>();
  let oldest: number | null = null;
  let cursor: string | undefined;
  let looked = 0;
  do {
    const page = await ledger.requests(others, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const record of page.items) {
      looked++;
      for (const kind of CALL_KINDS) if (isOfKind(record, kind)) kinds[kind]++;
      if (is !== undefined && !isOfKind(record, is)) continue;
      addTo(cell, { ...record, costMicros: ledger.prices.costOfCall(record) }, true);
      count(minutes, record);
      oldest = Math.min(oldest ?? record.at, record.at);
    }
    cursor = page.cursor;
  } while (cursor !== undefined && looked < MOST_RECORDS && monotonicNow() - started < MOST_MS);
  const histogram = stepsOf(minutes);
  return ok({ ...cellView(cell), complete: cursor === undefined, oldest, kinds, histogram });
}

type Counts = Record<CallRecord["outcome"], number>;

const MINUTE_MS = 60_000;
const MOST_STEPS = 60;
/** Lengths of a step that people read: minutes, hours and days. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440].map((minutes) => minutes * MINUTE_MS);

function none(): Counts {
  return { ok: 0, failed: 0, cancelled: 0, refused: 0 };
}

function count(minutes: Map<number, Counts>, { at, outcome }: CallRecord): void {
  const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const counts = minutes.get(minute) ?? none();
  counts[outcome]++;
  minutes.set(minute, counts);
}

/** The minutes in steps of one length, the empty ones too, so that a gap is seen as one. */
function stepsOf(minutes: ReadonlyMap<number, Counts>): readonly HistogramStep[] {
  if (minutes.size === 0) return [];
  const times = [...minutes.keys()];
  const [from, to] = times.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [
    Infinity,
    -Infinity,
  ]);
  const span = to - from + MINUTE_MS;
  const day = STEPS.at(-1)!;
  const ms = STEPS.find((step) => span / step <= MOST_STEPS - 1) ??
    Math.ceil(span / (MOST_STEPS - 1) / day) * day;
  const first = Math.floor(from / ms) * ms;
  const steps = Array.from({ length: Math.floor((to - first) / ms) + 1 }, none);
  for (const [minute, counts] of minutes) {
    const step = steps[Math.floor((minute - first) / ms)]!;
    for (const outcome of ["ok", "failed", "cancelled", "refused"] as const) step[outcome] += counts[outcome];
  }
  return steps.map((counts, index) => ({ time: first + index * ms, ms, ...counts }));
}
