import type { RecentCall } from "./read_overview.ts";

export type RibbonMark = "ok" | "limited" | "failed" | "cancelled";

/** The last attempts of each key, oldest first: one mark an attempt. */
export type Ribbons = ReadonlyMap<string, readonly RibbonMark[]>;

const LIMITED = new Set(["rate_limit", "quota", "ambiguous_429", "not_on_tier"]);

function markOf(failure: string | undefined): RibbonMark {
  if (failure === undefined) return "ok";
  if (failure === "client_gone") return "cancelled";
  return LIMITED.has(failure) ? "limited" : "failed";
}

/** From call records in any order, the newest `most` attempts a key. */
export function keyRibbons(calls: readonly RecentCall[], most = 40): Ribbons {
  const attempts = calls.flatMap((call) => call.attempts).toSorted((a, b) => a.startedAt - b.startedAt);
  const byKey = Map.groupBy(attempts, (attempt) => attempt.credential as string);
  return new Map(
    [...byKey].map(([key, list]) => [key, list.slice(-most).map((attempt) => markOf(attempt.failure))]),
  );
}
