import type { CallRecord } from "../data/views.ts";

/** Failures or refusals with one reason. */
export interface ProblemGroup {
  /** A failure class, or `refused`. */
  readonly reason: string;
  readonly count: number;
  /** There are more than were looked at. */
  readonly more: boolean;
  readonly first: number;
  readonly last: number;
  readonly agents: readonly string[];
  readonly models: readonly string[];
  readonly keys: readonly string[];
  /** What the latest of them said. */
  readonly message: string;
}

function names(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== undefined && value !== ""))] as string[];
}

/** Calls with one reason as one group; undefined without any. */
export function groupOf(
  reason: string,
  calls: readonly CallRecord[],
  more: boolean,
): ProblemGroup | undefined {
  const own = calls.filter(({ outcome }) => outcome === (reason === "refused" ? "refused" : "failed"));
  if (own.length === 0) return undefined;
  const newest = own.reduce((a, b) => b.at > a.at ? b : a);
  return {
    reason,
    count: own.length,
    more,
    first: Math.min(...own.map(({ at }) => at)),
    last: newest.at,
    agents: names(own.map(({ agent }) => agent)),
    models: names(own.map(({ modelUsed, modelAsked }) => modelUsed ?? modelAsked)),
    keys: names(own.map(({ attempts }) => attempts.at(-1)?.name.replace(/^\.\.\./, "…"))),
    message: newest.message ?? "",
  };
}
