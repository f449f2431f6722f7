import type { RecentCall } from "./read_overview.ts";

export interface AgentNow {
  readonly agent: string;
  readonly calls: number;
  readonly failed: number;
  readonly tokens: number;
  readonly lastAt: number;
  readonly model: string;
}

const WINDOW_MS = 15 * 60_000;

function row(agent: string, calls: readonly RecentCall[]): AgentNow {
  const newest = calls.reduce((a, b) => b.at > a.at ? b : a);
  return {
    agent,
    calls: calls.length,
    failed: calls.filter((call) => call.outcome === "failed").length,
    tokens: calls.reduce((sum, call) => sum + (call.tokens), 0),
    lastAt: newest.at,
    model: newest.modelAsked,
  };
}

/** Agents that called within the last 15 minutes, by name: a list sorted by use would change with each call. */
export function agentsNow(calls: readonly RecentCall[], now: number): readonly AgentNow[] {
  const recent = calls.filter((call) => now - call.at < WINDOW_MS);
  const byAgent = Map.groupBy(recent, (call) => call.agent || "unknown");
  return [...byAgent].map(([agent, list]) => row(agent, list)).sort((a, b) => a.agent < b.agent ? -1 : 1);
}
