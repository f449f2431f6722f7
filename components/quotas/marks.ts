import type { BoardCell } from "../../src/management/contract.ts";

/** The state of a cell, as its mark shows it. */
export type Mark = "free" | "low" | "minute" | "day" | "cooling" | "capped" | "stopped" | "absent";

/** In the order of the legend: what serves, what comes back by itself, what does not. */
export const MARKS: readonly Mark[] = [
  "free",
  "low",
  "minute",
  "cooling",
  "day",
  "capped",
  "stopped",
  "absent",
];

const BY_REASON: Readonly<Record<string, Mark>> = {
  minute: "minute",
  tokens: "minute",
  full: "minute",
  queue: "minute",
  day: "day",
  capped: "capped",
  dead: "stopped",
  disabled: "stopped",
  denied: "stopped",
};
const LOW = 0.1;

type Limit = BoardCell["limits"][number];

export function limitOf(cell: BoardCell, kind: Limit["kind"]): Limit | undefined {
  return cell.limits.find((limit) => limit.kind === kind);
}

/** The part of a limit that is left, 0..1; undefined while unknown. */
export function shareLeft({ kind, used, limit, left }: Limit): number | undefined {
  if (kind === "remaining_fraction") return left;
  if (limit === undefined) return left === 0 ? 0 : undefined;
  return limit === 0 ? 0 : Math.max(0, Math.min(1, (left ?? limit - used) / limit));
}

/** The same by what is published, while the project's own limit is not known. */
export function publishedLeft({ used, published }: Limit): number | undefined {
  if (published === undefined) return undefined;
  return published.limit === 0 ? 0 : Math.max(0, Math.min(1, 1 - used / published.limit));
}

/** The limit of the longest span: the day's, else the share of an account's budget. */
export function dayLimit(cell: BoardCell): Limit | undefined {
  const share = limitOf(cell, "remaining_fraction");
  return share ?? limitOf(cell, "requests_per_day");
}

export function markOf(cell: BoardCell): Mark {
  if (cell.state === "unavailable") return "absent";
  if (cell.state !== "open") return BY_REASON[cell.reason ?? ""] ?? "cooling";
  const day = dayLimit(cell);
  const left = day === undefined ? undefined : shareLeft(day);
  return left !== undefined && left <= LOW ? "low" : "free";
}
