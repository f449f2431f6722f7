import type { CallRecord as ApiCall } from "../../../src/management/contract.ts";
import type { Requests, Stats } from "../../../src/management/contract.ts";
import type { CallRecord, RecentCall, RequestsView, StatsView } from "./views.ts";

/** `{name: value}` without the entries whose value is null or undefined, for optional properties. */
export function given<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined | null> } {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(entries) as { [Key in keyof Value]?: Exclude<Value[Key], undefined | null> };
}

/** A moment as pages calculate with it. */
export function msOf(time: string | null | undefined): number | undefined {
  return time === null || time === undefined ? undefined : Date.parse(time);
}

export function statsView({ totalRequests, totalErrors, totals, daily, models }: Stats): StatsView {
  return {
    requests: totalRequests,
    errors: totalErrors,
    tokens: totals.tokens.total,
    days: Object.entries(daily).map(([day, { requests, errors }]) => ({ day, requests, errors }))
      .sort((a, b) => a.day < b.day ? -1 : 1),
    models: Object.entries(models).map(([model, requests]) => ({ model, requests }))
      .sort((a, b) => b.requests - a.requests),
  };
}

/** A call of a list. */
export function callRow(call: ApiCall): CallRecord {
  const attempts = call.attempts.map((one) => ({ ...one, startedAt: Date.parse(one.startedAt) }));
  // The same fields; the pages' type names ids by their kind.
  return { ...call, at: Date.parse(call.at), attempts } as unknown as CallRecord;
}

/** What the Overview needs of a call of a list. */
export function recentCall(call: CallRecord): RecentCall {
  const { id, at, agent, modelAsked, outcome, totalMs, usage } = call;
  const attempts = call.attempts.map(({ credential, startedAt, failure }) => ({
    credential,
    startedAt,
    ...given({ failure }),
  }));
  return { id, at, agent, modelAsked, outcome, totalMs, tokens: usage?.totalTokens ?? 0, attempts };
}

/** A call as a `request` event tells of it. */
export interface ShortCall extends Omit<RecentCall, "modelAsked" | "attempts"> {
  readonly model: string;
  readonly attempts: readonly (Pick<RecentCall["attempts"][number], "credential" | "startedAt"> & {
    readonly failure: RecentCall["attempts"][number]["failure"] | null;
  })[];
}

export function freshCall(
  { id, at, agent, model, outcome, totalMs, tokens, attempts }: ShortCall,
): RecentCall {
  return {
    id,
    at,
    agent,
    modelAsked: model,
    outcome,
    totalMs,
    tokens,
    attempts: attempts.map(({ credential, startedAt, failure }) => ({
      credential,
      startedAt,
      ...given({ failure }),
    })),
  };
}

export function requestsView({ items, next }: Requests): RequestsView {
  return { items: items.map(callRow), cursor: next ?? "" };
}
