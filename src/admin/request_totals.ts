import { ok } from "../core/mod.ts";
import { addTo, emptyCell, type RecordFilter } from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type CellView, cellView } from "./cell_view.ts";
import type { Outcome } from "./problem.ts";

/** What all records of a filter add up to. */
export interface RequestTotals extends CellView {
  /** False when there are more than were looked at: the sums are of the newest. */
  readonly complete: boolean;
  /** Start of the oldest record counted, epoch milliseconds; null without any. */
  readonly oldest: number | null;
}

/** Records read at a time, and how long and how many in all: a table of a million is not summed up for a glance. */
const PAGE = 500;
const MOST_MS = 1_500;
const MOST_RECORDS = 100_000;

/** Adds up every record that a filter leaves, newest first, until the end or for as long as a glance may take. */
export async function requestTotals(
  { ledger }: AdminDeps,
  filter: RecordFilter,
  monotonicNow: () => number = () => performance.now(),
): Promise<Outcome<RequestTotals>> {
  const cell = emptyCell();
  const started = monotonicNow();
  let oldest: number | null = null;
  let cursor: string | undefined;
  do {
    const page = await ledger.requests(filter, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const record of page.items) {
      addTo(cell, { ...record, costMicros: ledger.prices.costOfCall(record) ?? 0 }, true);
      oldest = Math.min(oldest ?? record.at, record.at);
    }
    cursor = page.cursor;
  } while (cursor !== undefined && cell.requests < MOST_RECORDS && monotonicNow() - started < MOST_MS);
  return ok({ ...cellView(cell), complete: cursor === undefined, oldest });
}
