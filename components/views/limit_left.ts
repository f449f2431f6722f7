import type { BucketLimitView, BucketRow } from "../data/views.ts";

/** A rest longer than this is Google's word that a day's limit is used up, whoever used it. */
const LONG_MS = 120_000;

function isSpent(limit: BucketLimitView, bucket: BucketRow, now: number): boolean {
  return (bucket.coolingUntil ?? 0) - now > LONG_MS && /day|fraction/.test(limit.kind);
}

/** What is left of a limit: nothing while its bucket rests for it, else as stated, else by our own count. */
export function limitLeft(limit: BucketLimitView, bucket: BucketRow, now: number): number | undefined {
  if (limit.left === undefined && limit.limit === undefined) return undefined;
  if (isSpent(limit, bucket, now)) return 0;
  return limit.left ?? Math.max(0, (limit.limit ?? 0) - limit.used);
}

/** The same as a share, 0..1. */
export function limitShare(limit: BucketLimitView, bucket: BucketRow, now: number): number | undefined {
  const left = limitLeft(limit, bucket, now);
  if (left === undefined) return undefined;
  if (limit.kind === "remaining_fraction") return Math.min(1, left / (limit.limit ?? 1));
  return limit.limit ? left / limit.limit : undefined;
}
