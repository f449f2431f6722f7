import type { LocalClient } from "../../src/management/client.ts";
import type { CallKind } from "../../src/core/call_record.ts";
import { callRow, queryOf } from "../shared/calls/read_calls.ts";
import type { CallRecord } from "../shared/views.ts";

/** Calls of a page of the list: as many as two screens show. */
export const CALLS_A_PAGE = 50;

/** What was sent or answered, and whether it is all of it. */
export interface KeptText {
  readonly text: string;
  readonly whole: boolean;
}

/** A call with what was sent and answered, where it was kept. */
export interface CallDetail extends CallRecord {
  /** US dollars, as if it were paid for; null where the price is not known. */
  readonly cost?: number | null;
  readonly bodies?: { readonly path: string; readonly request: KeptText; readonly reply?: KeptText };
}

/** What all calls of a filter add up to. */
export interface TotalsView {
  readonly requests: number;
  readonly ok: number;
  readonly errors: number;
  readonly tokens: number;
  /** US dollars, as if it were paid for; of `unpriced` calls nothing is in it. */
  readonly cost: number;
  readonly unpriced: number;
  /** Of the answered ones; absent without any. */
  readonly medianMs?: number;
  /** False when only the newest were looked at. */
  readonly complete: boolean;
  /** How many of each kind the other filters leave. */
  readonly kinds: Readonly<Record<CallKind, number>>;
  /** Calls over time by how they ended, oldest first. */
  readonly steps: readonly TimeStep[];
}

/** One bar of the histogram; times are epoch milliseconds. */
export interface TimeStep {
  readonly time: number;
  readonly ms: number;
  readonly ok: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly refused: number;
}

/** One call with what was kept of it. Throws an ApiError where there is none. */
export async function readRequest(client: LocalClient, id: string): Promise<CallDetail> {
  return callDetail(await client.request(id));
}

/** What all calls of a query add up to; `query` is that of the list, without its page. */
export async function readTotals(client: LocalClient, query: string): Promise<TotalsView> {
  const { requests, success, errors, tokens, cost, unpriced, complete, latency, kinds, histogram } =
    await client
      .requestTotals(queryOf(query));
  const steps = histogram.map(({ time, ...step }) => ({ time: Date.parse(time), ...step }));
  const median = latency.p50 === null ? {} : { medianMs: latency.p50 };
  return {
    requests,
    ok: success,
    errors,
    tokens: tokens.total,
    cost,
    unpriced,
    complete,
    kinds,
    steps,
    ...median,
  };
}

function callDetail({ bodies, ...call }: Awaited<ReturnType<LocalClient["request"]>>): CallDetail {
  return bodies === null ? callRow(call) : { ...callRow(call), bodies };
}
