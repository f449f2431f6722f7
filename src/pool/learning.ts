import type { LimitNotice } from "../core/mod.ts";
import type { Bucket } from "./bucket.ts";
import type { Sent } from "./send_window.ts";
import { MINUTE, TUNING } from "./tuning.ts";

/** Calls take time to arrive: this close to the edge of a window nobody knows on which side they fell. */
const TRAVEL = 2_000;
const SETTLED = 65_000;
/** Of so many requests a minute each one matters. */
const SMALL = 3;

/** What a refusal taught: whether our own sends explain it, and whether the known limit changed. */
export interface Lesson {
  readonly explained: boolean;
  readonly changed: boolean;
  /** The median over the tier moved, so buckets without a limit of their own see another prior. */
  readonly priorMoved: boolean;
  /** Requests or tokens that somebody else must have sent. */
  readonly missing: number;
}

/** A request-per-minute refusal: the stated value replaces the known one; a refusal far below it means a shared bucket. */
export function learnRequests(
  bucket: Bucket,
  notice: LimitNotice,
  sent: Sent,
  probe: boolean,
  now: number,
): Lesson {
  const before = bucket.rpm?.value;
  const value = notice.value ?? before;
  if (value === undefined) return { explained: false, changed: false, priorMoved: false, missing: 0 };
  const priorMoved = setRequests(bucket, value, now);
  const count = bucket.window.countAt(sent.at);
  const changed = before !== value;
  if (isOurs(bucket, sent.at, count, value)) {
    if (bucket.window.countAt(sent.at, sent.at - MINUTE, true) < value - 1) bucket.prior.faultsCount = true;
    if (!changed && !probe && count === value - 1) {
      bucket.window.margin = Math.min(bucket.window.margin * 1.5, TUNING.marginMax);
    }
    return { explained: true, changed, priorMoved, missing: 0 };
  }
  if (bucket.shared !== undefined) {
    if (changed) bucket.permitsSince = now;
    lowerShared(bucket, value, now);
    return { explained: false, changed, priorMoved, missing: 0 };
  }
  if (count === 0 && bucket.soft === 1) bucket.slow = Math.min(TUNING.slowMax, bucket.slow + TUNING.slowStep);
  bucket.soft = Math.max(1, count);
  bucket.softAt = now;
  bucket.softStep = Math.min(bucket.softStep * TUNING.softGrowth, TUNING.softStepMax);
  return { explained: false, changed, priorMoved, missing: value - count };
}

/** Whether our own sends used the limit up. One of a large limit may have slipped out of sight; of a small one it is somebody else's. */
function isOurs(bucket: Bucket, at: number, count: number, value: number): boolean {
  if (count < value - 1) return false;
  return value > SMALL || bucket.window.countAt(at + TRAVEL, at - MINUTE - TRAVEL) >= value;
}

/** With other processes about nobody sees the whole count, so the part that all share is lowered step by step. */
function lowerShared(bucket: Bucket, value: number, now: number): void {
  // What was sent before the permits were in force has to leave the window first.
  if (now - bucket.softAt < 2_000 || now - bucket.permitsSince < SETTLED) return;
  bucket.soft = Math.max(1, Math.floor(Math.min(bucket.soft, value) * 0.95));
  bucket.softAt = now;
  bucket.softStep = Math.min(bucket.softStep * TUNING.softGrowth, TUNING.softStepShared);
}

/** Sets the learned limit; true when the tier's median moved. */
function setRequests(bucket: Bucket, value: number, now: number): boolean {
  const before = bucket.rpm?.value;
  bucket.rpm = { value, origin: "learned", asOf: now };
  bucket.proven = 0;
  // A lower limit lowers our part of it; a higher one says nothing about what the others take.
  if (before !== undefined && value < before && bucket.soft !== Infinity) {
    bucket.soft = Math.max(1, Math.round(bucket.soft * value / before));
  }
  if (bucket.soft >= value) bucket.soft = Infinity;
  return bucket.prior.replace(before, value);
}

/** An input-tokens-per-minute refusal. */
export function learnTokens(bucket: Bucket, notice: LimitNotice, tokens: number, now: number): Lesson {
  const before = bucket.tpm?.value;
  const value = notice.value ?? before;
  if (value === undefined) return { explained: false, changed: false, priorMoved: false, missing: 0 };
  bucket.tpm = { value, origin: "learned", asOf: now };
  const missing = Math.max(0, Math.floor(value * 0.9) - bucket.window.tokens - tokens);
  return { explained: missing === 0, changed: before !== value, priorMoved: false, missing };
}

/** A requests-per-day refusal: closed until the reset, tried once in between, ever more seldom. */
export function learnDay(
  bucket: Bucket,
  notice: LimitNotice | undefined,
  until: number,
  now: number,
): boolean {
  const before = bucket.rpd?.value;
  const value = notice?.value ?? before;
  if (value !== undefined) bucket.rpd = { value, origin: "learned", asOf: now };
  const repeated = bucket.dayProbeAt !== Infinity;
  if (repeated) bucket.dayProbeEvery = Math.min(bucket.dayProbeEvery * 2, TUNING.dayProbeMax);
  bucket.dayProbeAt = now + bucket.dayProbeEvery;
  bucket.block = { until, kind: "day", reason: "requests a day", fact: true, at: now };
  return before !== value;
}

/** Requests that surely counted in the window that Google had open at `at`. */
export function countInWindow(bucket: Bucket, at: number): number {
  const start = bucket.prior.phase.startOf(at);
  if (start === undefined) return bucket.window.countAt(at, at - MINUTE + TRAVEL, true);
  return at + TRAVEL < start + MINUTE ? bucket.window.countAt(at, start, true) : 0;
}

/** A success: what it proves about the limits. Returns true when a known limit proved too low. */
export function learnFromSuccess(bucket: Bucket, sent: Sent, day: boolean, now: number): boolean {
  bucket.guesses >>= 1;
  bucket.halfOpen = false;
  bucket.window.margin = Math.max(TUNING.margin, bucket.window.margin * 0.999);
  if (day) reopenDay(bucket);
  const { rpm } = bucket;
  if (rpm === undefined) {
    bucket.proven = Math.max(bucket.proven, sent.rank);
    return false;
  }
  if (sent.rank <= rpm.value || rpm.origin === "set" || bucket.shared !== undefined) return false;
  if (now - sent.at > MINUTE || countInWindow(bucket, sent.at) <= rpm.value) return false;
  bucket.prior.replace(rpm.value, undefined);
  bucket.rpm = undefined;
  bucket.proven = sent.rank;
  return true;
}

function reopenDay(bucket: Bucket): void {
  bucket.block = undefined;
  bucket.rpd = undefined;
  bucket.dayProbeAt = Infinity;
  bucket.dayProbeEvery = TUNING.dayProbe;
}
