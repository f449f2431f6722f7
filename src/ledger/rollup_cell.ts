import type { CallRecord, Usage } from "../core/mod.ts";

/** Counts of the calls of one period and one value of one dimension. */
export interface Cell {
  /** Calls: the sum of the three outcomes that follow. */
  requests: number;
  ok: number;
  failed: number;
  cancelled: number;
  /** Requests refused before they became calls; not in `requests`. */
  refused: number;
  promptTokens: number;
  cachedTokens: number;
  outputTokens: number;
  thoughtsTokens: number;
  totalTokens: number;
  /** Millionths of a US dollar by the price table, of the calls whose price is known. */
  costMicros: number;
  /** Calls that used a model without a known price; not in `costMicros`. */
  unpriced: number;
  /** Attempts that failed while their call went on, at this key or another: by key they are in no other count. */
  retried: number;
  latency: Histogram;
  firstToken: Histogram;
  /** How long calls waited for a key, including those that did not wait. */
  queued: Histogram;
}

const FIELDS = [
  "requests",
  "ok",
  "failed",
  "cancelled",
  "promptTokens",
  "cachedTokens",
  "outputTokens",
  "thoughtsTokens",
  "totalTokens",
  "costMicros",
  "refused",
  // Last: cells of earlier versions lack it.
  "unpriced",
  "retried",
] as const satisfies readonly (keyof Cell)[];

export function emptyCell(): Cell {
  return {
    requests: 0,
    ok: 0,
    failed: 0,
    cancelled: 0,
    refused: 0,
    promptTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    thoughtsTokens: 0,
    totalTokens: 0,
    costMicros: 0,
    unpriced: 0,
    retried: 0,
    latency: new Map(),
    firstToken: new Map(),
    queued: new Map(),
  };
}

export function mergeCell(into: Cell, from: Cell): void {
  for (const field of FIELDS) into[field] += from[field];
  mergeTimes(into, from);
}

/** Merges only the distributions. */
export function mergeTimes(into: Cell, from: Cell): void {
  mergeHistogram(into.latency, from.latency);
  mergeHistogram(into.firstToken, from.firstToken);
  mergeHistogram(into.queued, from.queued);
}

/** The amounts that one call, or one attempt of it, adds to a cell. */
interface Addition {
  readonly outcome: CallRecord["outcome"];
  readonly usage?: Usage;
  /** Null where the price is not known. */
  readonly costMicros: number | null;
  readonly totalMs: number;
  readonly firstTokenMs?: number;
}

export function addTo(cell: Cell, addition: Addition, timed: boolean): void {
  const { outcome, costMicros, usage, totalMs, firstTokenMs } = addition;
  countIn(cell, outcome, costMicros, usage, timed ? totalMs : undefined, firstTokenMs);
}

/**
 * Like `addTo` without allocating an object, as it runs for each call. Only successful calls with a time are in
 * the distributions.
 */
export function countIn(
  cell: Cell,
  outcome: CallRecord["outcome"],
  costMicros: number | null,
  usage?: Usage,
  totalMs?: number,
  firstTokenMs?: number,
): void {
  if (outcome !== "refused") cell.requests++;
  cell[outcome]++;
  if (costMicros === null) cell.unpriced++;
  else cell.costMicros += costMicros;
  if (usage !== undefined) {
    cell.promptTokens += usage.promptTokens + usage.toolUseTokens;
    cell.cachedTokens += usage.cachedTokens;
    cell.outputTokens += usage.candidatesTokens;
    cell.thoughtsTokens += usage.thoughtsTokens;
    cell.totalTokens += usage.totalTokens;
  }
  if (totalMs === undefined || outcome !== "ok") return;
  observe(cell.latency, totalMs);
  if (firstTokenMs !== undefined) observe(cell.firstToken, firstTokenMs);
}

type Encoded = readonly [readonly number[], readonly number[], readonly number[], readonly number[]];

export function encodeCell(cell: Cell): Encoded {
  return [
    FIELDS.map((field) => cell[field]),
    flatOf(cell.latency),
    flatOf(cell.firstToken),
    flatOf(cell.queued),
  ];
}

function flatOf(histogram: Histogram): number[] {
  const out: number[] = [];
  for (const [bucket, count] of histogram) out.push(bucket, count);
  return out;
}

/** Decodes what `encodeCell` wrote; undefined when it is something else. */
export function decodeCell(value: unknown): Cell | undefined {
  if (!Array.isArray(value) || value.length < 3 || !value.every(isNumbers)) return undefined;
  const [numbers, latency, firstToken, queued] = value;
  const cell = emptyCell();
  for (const [index, field] of FIELDS.entries()) cell[field] = numbers?.[index] ?? 0;
  cell.latency = pairs(latency ?? []);
  cell.firstToken = pairs(firstToken ?? []);
  cell.queued = pairs(queued ?? []);
  return cell;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number" && Number.isFinite(item));
}

function pairs(flat: readonly number[]): Histogram {
  const out: Histogram = new Map();
  for (let index = 0; index + 1 < flat.length; index += 2) out.set(flat[index] ?? 0, flat[index + 1] ?? 0);
  return out;
}

/** Counts of durations in buckets a quarter of an octave wide: mergeable, small, and right to about 9 %. */
export type Histogram = Map<number, number>;

const BUCKETS_AN_OCTAVE = 4;

/** The bucket of a duration in milliseconds. */
function bucketOf(ms: number): number {
  return Math.round(Math.log2(Math.max(0, ms) + 1) * BUCKETS_AN_OCTAVE);
}

/** The duration at the middle of a bucket, in milliseconds. */
function durationOf(bucket: number): number {
  return Math.round(2 ** (bucket / BUCKETS_AN_OCTAVE) - 1);
}

export function observe(histogram: Histogram, ms: number): void {
  const bucket = bucketOf(ms);
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}

function mergeHistogram(into: Histogram, from: Histogram): void {
  for (const [bucket, count] of from) into.set(bucket, (into.get(bucket) ?? 0) + count);
}

/** The duration that `share` (0..1) of the observations do not exceed; undefined when there are none. */
export function percentile(histogram: Histogram, share: number): number | undefined {
  const sorted = [...histogram].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  for (const [bucket, count] of sorted) {
    seen += count;
    if (seen >= share * total) return durationOf(bucket);
  }
  return durationOf(sorted.at(-1)?.[0] ?? 0);
}

/** The number of observations at or below each bound, and the sum of all, in milliseconds. */
export function cumulative(
  histogram: Histogram,
  bounds: readonly number[],
): { readonly counts: readonly number[]; readonly total: number; readonly sumMs: number } {
  const seen = [...histogram].map(([bucket, count]) => [durationOf(bucket), count] as const);
  const upTo = (bound: number) => seen.reduce((sum, [ms, count]) => ms <= bound ? sum + count : sum, 0);
  return {
    counts: bounds.map(upTo),
    total: upTo(Infinity),
    sumMs: seen.reduce((sum, [ms, count]) => sum + ms * count, 0),
  };
}
