import { CALL_KINDS, type CallKind, type CallRecord, isOfKind, ok } from "../core/mod.ts";
import { addTo, BodyStore, emptyCell, type KeptBodies, type RecordFilter } from "../ledger/mod.ts";
import { type AdminDeps, type Outcome, refuse } from "./admin_deps.ts";
import { type CellView, cellView } from "./stats.ts";

/** A call record with its cost. */
export interface RequestView extends CallRecord {
  /** US dollars by the price table; null where the model's price is not known. */
  readonly cost: number | null;
}

export interface RequestPage {
  readonly items: readonly RequestView[];
  /** The cursor of the next page; null at the end. */
  readonly next: string | null;
}

export async function requestPage(
  { ledger }: AdminDeps,
  filter: RecordFilter,
  options: { readonly limit: number; readonly cursor?: string },
): Promise<Outcome<RequestPage>> {
  try {
    const page = await ledger.requests(filter, options);
    const items = page.items.map((record) => ({
      ...record,
      cost: dollars(ledger.prices.costOfCall(record)),
    }));
    return ok({ items, next: page.cursor ?? null });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(400, "invalid", "This cursor is not one: take it from the page before", "cursor");
  }
}

/** A call record with its request and reply, where LOG_BODIES kept it. */
export interface RequestDetail extends RequestView {
  readonly bodies: KeptBodies | null;
}

export async function requestById(
  { ledger, store }: AdminDeps,
  id: string,
): Promise<Outcome<RequestDetail>> {
  const record = await ledger.request(id);
  if (record === undefined) return refuse(404, "not_found", "There is no record of such a request");
  const bodies = await new BodyStore(store).get(id) ?? null;
  return ok({ ...record, cost: dollars(ledger.prices.costOfCall(record)), bodies });
}

function dollars(micros: number | null): number | null {
  return micros === null ? null : micros / 1_000_000;
}

/** Calls that began in one step of time, by how they ended. */
interface HistogramStep {
  /** Its start, epoch milliseconds, and its length. */
  readonly time: number;
  readonly ms: number;
  readonly ok: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly refused: number;
}

/** The sums over all records of a filter. */
interface RequestTotals extends CellView {
  /** False when there are more records than were read; then the sums are of the newest. */
  readonly complete: boolean;
  /** Start of the oldest record counted, epoch milliseconds; null without any. */
  readonly oldest: number | null;
  /** Number of records of each kind that pass the other filters. */
  readonly kinds: Readonly<Record<CallKind, number>>;
  /** Oldest first. */
  readonly histogram: readonly HistogramStep[];
}

/** Records read at a time, and the bounds in time and number for one summary. */
const PAGE = 500;
const MOST_MS = 1_500;
const MOST_RECORDS = 100_000;

/** Sums the records that pass a filter, newest first, within the bounds above. */
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
/** Lengths of a step that are easy to read: minutes, hours and days. */
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

/** Groups minutes into steps of one length, including empty ones, so that gaps show. */
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
