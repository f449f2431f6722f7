import { readWorstKeys } from "../shared/keys/worst_keys.ts";
import { OVERVIEW_READ } from "../shared/live/overview.ts";
import type { LiveRead } from "../shared/live/resource.ts";
import type { LocalClient } from "../../src/management/client.ts";
import type { Stats } from "../../src/management/contract.ts";
import { callRow } from "../shared/calls/read_calls.ts";
import { given } from "../shared/given.ts";
import type { CallRecord } from "../shared/views.ts";

export interface StatsView {
  readonly requests: number;
  readonly errors: number;
  readonly tokens: number;
  readonly days: readonly { readonly day: string; readonly requests: number; readonly errors: number }[];
  readonly models: readonly { readonly model: string; readonly requests: number }[];
}

/** The fields of a call that the Overview uses. */
export interface RecentCall
  extends Pick<CallRecord, "id" | "at" | "agent" | "modelAsked" | "outcome" | "totalMs"> {
  readonly tokens: number;
  readonly attempts: readonly Pick<CallRecord["attempts"][number], "credential" | "startedAt" | "failure">[];
}

/** Calls that the Overview looks back on. */
export const MOST_RECENT = 300;

/** Sums since the start of records. */
export async function readStats(client: LocalClient): Promise<StatsView> {
  return statsView(await client.stats());
}

/** The last calls, the newest first. */
export async function readRecentCalls(
  client: LocalClient,
  limit: number = MOST_RECENT,
): Promise<readonly RecentCall[]> {
  return (await client.requests({ limit })).items.map(callRow).map(recentCall);
}

function statsView({ totalRequests, totalErrors, totals, daily, models }: Stats): StatsView {
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

/** The Overview's fields of a call in a list. */
function recentCall(call: CallRecord): RecentCall {
  const { id, at, agent, modelAsked, outcome, totalMs, usage } = call;
  const attempts = call.attempts.map(({ credential, startedAt, failure }) => ({
    credential,
    startedAt,
    ...given({ failure }),
  }));
  return { id, at, agent, modelAsked, outcome, totalMs, tokens: usage?.totalTokens ?? 0, attempts };
}

/** A call as in a `request` event. */
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

function liveRead<Value>(read: LiveRead<Value>): LiveRead<Value> {
  return read;
}

/** The reads that an open Overview repeats; the benchmark of an open page repeats the same. */
export const OVERVIEW_READS = {
  overview: OVERVIEW_READ,
  stats: liveRead({ load: readStats, events: ["stats_update_full"], leastMs: 3_000 }),
  keys: liveRead({ load: readWorstKeys, events: ["stats_update", "pool_update"], leastMs: 3_000 }),
  /** Each call comes with its event; the list is read again only when events were missed. */
  calls: liveRead({ load: (client) => readRecentCalls(client), events: [], leastMs: 10_000 }),
} as const;
