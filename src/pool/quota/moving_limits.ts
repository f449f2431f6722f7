import type { PoolState } from "../candidates/pool_state.ts";
import type { Bucket } from "./bucket.ts";
import type { Prior } from "./prior.ts";

/** One limit proved too low: others of the model may have risen too, so shared ones not stated again since are tried again soon. */
export function limitsRose(poolState: PoolState, { prior }: Bucket, now: number): void {
  prior.noteRise(now);
  for (const other of poolState.buckets.values()) {
    if (other.prior === prior && other.retestShared()) poolState.refreshBucket(other, now);
  }
  followShift(poolState, prior, now);
}

/** Limits were stated again: those of the model not stated since are taken to have moved with them, or back when that did not hold. */
export function followShift(poolState: PoolState, prior: Prior, now: number): void {
  for (const bucket of poolState.buckets.values()) if (bucket.prior === prior) bucket.followShift(now);
  prior.shift.noted();
  poolState.refreshAll(now);
}
