import type { BucketLimitView } from "../data/views.ts";

/** What is left of a limit: as stated, else by our own count; undefined while nothing is known. */
export function limitLeft(limit: BucketLimitView): number | undefined {
  if (limit.left === undefined && limit.limit === undefined) return undefined;
  return limit.left ?? Math.max(0, (limit.limit ?? 0) - limit.used);
}

/** The same as a share, 0..1. */
export function limitShare(limit: BucketLimitView): number | undefined {
  const left = limitLeft(limit);
  if (left === undefined) return undefined;
  if (limit.kind === "remaining_fraction") return Math.min(1, left / (limit.limit ?? 1));
  return limit.limit ? left / limit.limit : undefined;
}
