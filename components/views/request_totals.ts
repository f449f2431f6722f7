import type { CallRecord } from "../data/views.ts";

export interface RequestTotals {
  readonly requests: number;
  readonly ok: number;
  readonly tokens: number;
  readonly meanMs: number;
}

/** Sums over the given calls; the mean is of the answered ones. */
export function requestTotals(calls: readonly CallRecord[]): RequestTotals {
  const answered = calls.filter((call) => call.outcome === "ok");
  const time = answered.reduce((sum, call) => sum + call.totalMs, 0);
  return {
    requests: calls.length,
    ok: answered.length,
    tokens: calls.reduce((sum, call) => sum + (call.usage?.totalTokens ?? 0), 0),
    meanMs: answered.length === 0 ? 0 : time / answered.length,
  };
}
