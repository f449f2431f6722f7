import { type Cell, percentile } from "../ledger/mod.ts";

/** A cell in words that leave the process. */
export interface CellView {
  /** Calls: success + errors + cancelled. */
  readonly requests: number;
  readonly success: number;
  readonly errors: number;
  readonly cancelled: number;
  /** Requests refused before they became calls; not in `requests`. */
  readonly refused: number;
  /** Share of answered and failed calls that failed, 0..1; clients that left are neither. */
  readonly errorRate: number;
  readonly tokens: {
    readonly input: number;
    readonly cached: number;
    readonly output: number;
    readonly thinking: number;
    readonly total: number;
  };
  /** Milliseconds of successful calls; null without any. */
  readonly latency: Percentiles;
  readonly firstToken: Percentiles;
  /** US dollars by the price table, as if every call were paid for; of `unpriced` calls nothing is in it. */
  readonly cost: number;
  /** Calls of models whose price is not known. */
  readonly unpriced: number;
}

export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export function cellView(cell: Cell): CellView {
  const ended = cell.ok + cell.failed;
  return {
    requests: cell.requests,
    success: cell.ok,
    errors: cell.failed,
    cancelled: cell.cancelled,
    refused: cell.refused,
    errorRate: ended === 0 ? 0 : cell.failed / ended,
    tokens: {
      input: cell.promptTokens,
      cached: cell.cachedTokens,
      output: cell.outputTokens,
      thinking: cell.thoughtsTokens,
      total: cell.totalTokens,
    },
    latency: percentiles(cell.latency),
    firstToken: percentiles(cell.firstToken),
    cost: cell.costMicros / 1_000_000,
    unpriced: cell.unpriced,
  };
}

export function cellViews(cells: ReadonlyMap<string, Cell>): Record<string, CellView> {
  return Object.fromEntries([...cells].map(([name, cell]) => [name, cellView(cell)]));
}

function percentiles(histogram: Cell["latency"]): Percentiles {
  const at = (share: number) => percentile(histogram, share) ?? null;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
