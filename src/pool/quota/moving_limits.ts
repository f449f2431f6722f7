import type { Roster } from "../candidates/roster.ts";
import type { Bucket } from "./bucket.ts";
import type { Prior } from "./prior.ts";

/** One limit proved too low: others of the model may have risen too, so shared ones not stated anew since are tried again soon. */
export function limitsRose(roster: Roster, { prior }: Bucket, now: number): void {
  prior.noteRise(now);
  for (const other of roster.buckets.values()) {
    if (other.prior === prior && other.retestShared()) roster.refreshBucket(other, now);
  }
  followShift(roster, prior, now);
}

/** Limits were stated anew: those of the model not stated since are taken to have moved with them, or back when that did not hold. */
export function followShift(roster: Roster, prior: Prior, now: number): void {
  for (const bucket of roster.buckets.values()) if (bucket.prior === prior) bucket.followShift(now);
  prior.shift.noted();
  roster.refreshAll(now);
}
