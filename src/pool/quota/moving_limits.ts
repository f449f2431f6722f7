import type { Bucket } from "./bucket.ts";
import type { Prior } from "./prior.ts";
import type { Roster } from "../candidates/roster.ts";
import { TUNING } from "../tuning.ts";

/** One limit proved too low: others of the model may have risen too, so shared ones not stated anew since are tried again soon. */
export function limitsRose(roster: Roster, { prior }: Bucket, now: number): void {
  const { rise } = prior;
  if (now - rise.lastAt > TUNING.riseLasts) rise.since = now;
  rise.lastAt = now;
  for (const other of roster.buckets.values()) {
    if (other.prior !== prior || other.soft === Infinity || (other.rpm?.asOf ?? 0) >= rise.since) continue;
    other.softAt = 0;
    roster.refreshBucket(other, now);
  }
  followShift(roster, prior, now);
}

/** Limits were stated anew: those of the model not stated since are taken to have moved with them, or back when that did not hold. */
export function followShift(roster: Roster, prior: Prior, now: number): void {
  const { shift } = prior;
  for (const bucket of roster.buckets.values()) {
    const { rpm, shared } = bucket;
    if (bucket.prior !== prior || rpm?.origin !== "learned") continue;
    if (shift.fresh) {
      bucket.base = { value: bucket.restingLimit ?? rpm.value, soft: bucket.soft, slow: bucket.slow };
    }
    if (shared === undefined && bucket.isInferred) follow(bucket, now);
  }
  shift.fresh = false;
  roster.refreshAll(now);
}

/** What the stated value says of all buckets of the model; true when others have to be looked at again. */
export function noteShift(bucket: Bucket, value: number, now: number): boolean {
  const { rpm, prior: { shift } } = bucket;
  if (rpm === undefined || rpm.origin !== "learned" || bucket.shared !== undefined) return false;
  const before = inferredFrom(bucket, now) ?? bucket.restingLimit;
  if (before === undefined) return false;
  // What was inferred may be off by one: that is no change of its own.
  if (bucket.isInferred && !shift.lasts(now) && Math.abs(value - before) <= 1) return false;
  if (value !== before) {
    shift.note(before, value, now);
    return true;
  }
  if (before === rpm.value || bucket.rising > 0) return false;
  // It was inferred from the others, and did not hold.
  shift.drop();
  return true;
}

/** The limit before the change, of a bucket that was not stated since and is taken to have moved with the others. */
function inferredFrom(bucket: Bucket, now: number): number | undefined {
  return bucket.isInferred && bucket.prior.shift.lasts(now) ? bucket.base?.value : undefined;
}

/** Moves a limit that was not stated since the others changed as they did, or back when that did not hold. */
function follow(bucket: Bucket, now: number): void {
  const { rpm, base, prior: { shift } } = bucket;
  if (rpm === undefined || base === undefined) return;
  if (shift.dropped) return restore(bucket, now);
  if (!shift.certain && !(shift.rises && bucket.rising > 0)) return;
  const value = shift.predict(base.value);
  if (!shift.rises && value < rpm.value) inferRequests(bucket, value, now);
  if (shift.rises && value > rpm.value) letRise(bucket, value);
}

/** The change does not concern it: what was before holds again. */
function restore(bucket: Bucket, now: number): void {
  const { rpm, base } = bucket;
  if (rpm === undefined || base === undefined || rpm.value >= base.value) return;
  inferRequests(bucket, base.value, now);
  bucket.soft = Math.max(bucket.soft, base.soft);
  bucket.slow = base.slow;
}

/** Sets a limit that was not stated here but follows from what others were told, or from what was served; our part of it moves with a lower one. */
function inferRequests(bucket: Bucket, value: number, now: number): void {
  const { rpm, prior } = bucket;
  if (rpm === undefined || rpm.value === value) return;
  prior.replace(rpm.value, value);
  if (value < rpm.value) scalePart(bucket, value / rpm.value);
  believe(bucket, value, rpm.asOf, now);
}

export function believe(bucket: Bucket, value: number, asOf: number, now: number): void {
  if (bucket.rpm !== undefined && value < bucket.rpm.value) bucket.loweredAt = now;
  bucket.rpm = { value, origin: "learned", asOf };
  bucket.believedSince = now;
  bucket.proven = 0;
  if (bucket.soft >= value) bucket.soft = Infinity;
}

export function scalePart(bucket: Bucket, by: number): void {
  if (bucket.soft === Infinity) return;
  const part = bucket.soft / (1 + bucket.slow) * by;
  bucket.soft = Math.max(1, Math.round(part));
  bucket.slow = part < 1 ? Math.min(TUNING.slowMax, 1 / part - 1) : 0;
}

/** The limit is likely to be `value` now: calls feel their way up to it, or to our part of it. */
function letRise(bucket: Bucket, value: number): void {
  const limit = bucket.rpm?.value ?? value;
  const part = bucket.soft === Infinity ? limit : bucket.soft / (1 + bucket.slow);
  bucket.risingFrom ??= limit;
  bucket.rising = Math.max(1, Math.round(value * part / limit));
  bucket.slow = 0;
}

export function stopRising(bucket: Bucket): void {
  bucket.rising = 0;
  bucket.risingFrom = undefined;
}

/** Served beyond the limit, so it rose; or it was only inferred, and not exact, or wrong for all that were inferred with it. */
export function disprove(bucket: Bucket, rank: number, now: number): void {
  const { rpm, prior: { shift } } = bucket;
  if (rpm === undefined) return;
  const before = inferredFrom(bucket, now);
  if (before !== undefined && rpm.value < before && rank > shift.most(before)) {
    shift.drop();
    return restore(bucket, now);
  }
  bucket.risingFrom = rpm.value;
  inferRequests(bucket, rank, now);
  const foretold = before === undefined ? 0 : shift.predict(before);
  bucket.rising = foretold > rank ? foretold : Infinity;
}

/** A call that felt its way up was served: so much is ours. */
export function climb(bucket: Bucket, rank: number, now: number): void {
  const { rpm } = bucket;
  if (rpm !== undefined && rank > rpm.value) {
    bucket.prior.replace(rpm.value, rank);
    bucket.rpm = { ...rpm, value: rank };
  }
  if (rank > bucket.soft) {
    bucket.soft = rank >= (bucket.rpm?.value ?? Infinity) ? Infinity : rank;
    bucket.softAt = now;
  }
  if (rank >= bucket.rising) stopRising(bucket);
}
