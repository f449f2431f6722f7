import type { LimitNotice } from "../../core/mod.ts";
import type { Bucket } from "./bucket.ts";
import type { Said } from "../candidates/cooldown.ts";
import { believe, climb, disprove, noteShift, scalePart, stopRising } from "./moving_limits.ts";
import type { Sent } from "./send_window.ts";
import { MINUTE, TUNING } from "../tuning.ts";

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
  /** The limit is not what was stated before: others of the model may have moved too. */
  readonly shifted: boolean;
  /** Requests or tokens that somebody else must have sent. */
  readonly missing: number;
}

const NOTHING: Lesson = { explained: false, changed: false, priorMoved: false, shifted: false, missing: 0 };

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
  if (value === undefined) return NOTHING;
  const shifted = noteShift(bucket, value, now);
  const priorMoved = setRequests(bucket, value, now);
  const count = countOf(bucket, sent.at, value);
  const changed = before !== value;
  const lesson = { changed, priorMoved, shifted, missing: 0 };
  if (isOurs(bucket, sent.at, count, value)) {
    if (!changed && !probe && count === value - 1) {
      bucket.window.margin = Math.min(bucket.window.margin * 1.5, TUNING.marginMax);
    }
    return { ...lesson, explained: true };
  }
  if (bucket.shared !== undefined) {
    if (changed) bucket.permitsSince = now;
    lowerShared(bucket, value, now);
    return { ...lesson, explained: false };
  }
  lowerPart(bucket, count, now);
  return { ...lesson, explained: false, missing: value - count };
}

/** Somebody else took the rest: our part is what we had. What we had while the limit was higher proves nothing, so then the smaller holds. */
function lowerPart(bucket: Bucket, count: number, now: number): void {
  if (count === 0 && bucket.soft === 1) {
    bucket.slow = Math.min(
      TUNING.slowMax,
      Math.max(bucket.slow + TUNING.slowStep, bucket.slow * TUNING.slowGrowth),
    );
  }
  const lowered = now - bucket.loweredAt < SETTLED;
  bucket.soft = Math.max(1, lowered ? Math.min(count, bucket.soft) : count);
  bucket.softAt = now;
  bucket.softStep = Math.min(bucket.softStep * TUNING.softGrowth, TUNING.softStepMax);
}

/**
 * Our sends of the minute before a refusal. Whether those count that Google answered with a fault shows when they are many: more
 * than the limit in all means that they are free; just the limit, and too few without them, that they count.
 */
function countOf({ window, prior }: Bucket, at: number, value: number): number {
  const all = window.countAt(at), sure = window.countAt(at, at - MINUTE, true);
  if (all > value + 1 && sure <= value + 1) prior.faults = "free";
  else if (all >= value - 1 && sure < value - 1 && prior.faults === "unknown") prior.faults = "counted";
  return prior.faults === "free" ? sure : all;
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
  // A lower limit lowers our part of it; a higher one says nothing about what the others take.
  if (before !== undefined && value < before) scalePart(bucket, value / before);
  believe(bucket, value, now, now);
  stopRising(bucket);
  return bucket.prior.replace(before, value);
}

/** An input-tokens-per-minute refusal. */
export function learnTokens(bucket: Bucket, notice: LimitNotice, tokens: number, now: number): Lesson {
  const before = bucket.tpm?.value;
  const value = notice.value ?? before;
  if (value === undefined) return NOTHING;
  bucket.tpm = { value, origin: "learned", asOf: now };
  const missing = Math.max(0, Math.floor(value * 0.9) - bucket.window.tokens - tokens);
  return { explained: missing === 0, changed: before !== value, priorMoved: false, shifted: false, missing };
}

/** A requests-per-day refusal: closed until the reset, tried once in between, ever more seldom. */
export function learnDay(
  bucket: Bucket,
  notice: LimitNotice | undefined,
  until: number,
  said: Said,
  now: number,
): boolean {
  const before = bucket.rpd?.value;
  const value = notice?.value ?? before;
  if (value !== undefined) bucket.rpd = { value, origin: "learned", asOf: now };
  const repeated = bucket.dayProbeAt !== Infinity;
  if (repeated) bucket.dayProbeEvery = Math.min(bucket.dayProbeEvery * 2, TUNING.dayProbeMax);
  bucket.dayProbeAt = now + bucket.dayProbeEvery;
  bucket.block = { until, kind: "day", reason: "requests a day", fact: true, stated: true, at: now, said };
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
  if (bucket.rising > 0) {
    climb(bucket, sent.rank, now);
    return false;
  }
  if (sent.rank <= rpm.value || rpm.origin === "set" || bucket.shared !== undefined) return false;
  // What was sent before it was believed may have been served under another one.
  if (sent.at < bucket.believedSince) return false;
  if (now - sent.at > MINUTE || countInWindow(bucket, sent.at) <= rpm.value) return false;
  disprove(bucket, sent.rank, now);
  return true;
}

function reopenDay(bucket: Bucket): void {
  bucket.block = undefined;
  bucket.rpd = undefined;
  bucket.dayProbeAt = Infinity;
  bucket.dayProbeEvery = TUNING.dayProbe;
}
