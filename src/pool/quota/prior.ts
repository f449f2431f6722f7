import { MINUTE, TUNING } from "../tuning.ts";

const ENOUGH = 4;
const KEPT = 8;
const TOLERANCE = 400;

/**
 * Whether Google counts this model by fixed minutes: then all stated resets fall on one moment of the minute, while those of
 * sliding windows fall anywhere.
 */
export class MinutePhase {
  readonly #phases: number[] = [];

  note(until: number): void {
    this.#phases.push(until % MINUTE);
    if (this.#phases.length > KEPT) this.#phases.shift();
  }

  /** Start of the fixed minute that holds `at`; undefined when the windows slide or nothing is known. */
  startOf(at: number): number | undefined {
    const [first] = this.#phases;
    if (first === undefined || this.#phases.length < ENOUGH) return undefined;
    const sum = this.#phases.reduce((total, phase) => total + offset(phase, first), 0);
    const phase = first + sum / this.#phases.length;
    if (this.#phases.some((one) => Math.abs(offset(one, phase)) > TOLERANCE)) return undefined;
    return Math.floor((at - phase) / MINUTE) * MINUTE + phase;
  }
}

/** Signed distance on the circle of a minute. */
function offset(a: number, b: number): number {
  const turn = (((a - b) % MINUTE) + MINUTE) % MINUTE;
  return turn > MINUTE / 2 ? turn - MINUTE : turn;
}

/** What is stated again within this time belongs to one change: buckets find out when they are next used up. */
const EPOCH = 10 * 60_000;
/** After so long one that does not agree is another change. */
const SETTLED = 2 * 60_000;
/** How soon a lower limit that was only inferred is tested, while calls wait; then ever more seldom. */
const TEST_MS = 2_000;

/**
 * How the limits of one model and tier moved together. A limit that Google states again says something of all the others: a few that
 * moved by one ratio foretell what the rest are now, so that not every bucket has to be refused to find out.
 */
export class LimitShift {
  #since = -Infinity;
  #votes = 0;
  #refuted = false;
  #testAt = 0;
  #testEvery = TEST_MS;
  /** Bounds of the ratio, as whole numbers on both sides allow. */
  #low = 0;
  #high = Infinity;
  /** From the largest limit that was stated again, as that is the most exact. */
  #ratio = 1;
  #largest = 0;
  readonly #byValue = new Map<number, number>();

  #fresh = false;

  /** A new change has begun and the limits before it have not been noted yet. */
  get fresh(): boolean {
    return this.#fresh;
  }

  /** When the change was first seen: what was stated before this time is in doubt. */
  get since(): number {
    return this.#since;
  }

  /** The limits before the change were noted. */
  noted(): void {
    this.#fresh = false;
  }

  /** Enough agree, so that the rest may be told by them. */
  get certain(): boolean {
    return !this.#refuted && (this.#votes >= ENOUGH || this.#byValue.size > 1);
  }

  get rises(): boolean {
    return this.#votes > 0 && this.#ratio > 1;
  }

  /** It was found out not to hold: until the next change nothing is inferred. */
  get dropped(): boolean {
    return this.#refuted;
  }

  /** True when a bucket whose limit was lowered by inference should be tried beyond it. */
  wantsTest(now: number): boolean {
    return this.certain && !this.rises && this.lasts(now) && now >= this.#testAt;
  }

  tested(now: number): void {
    this.#testEvery *= 2;
    this.#testAt = now + this.#testEvery;
  }

  /** True while what is stated belongs to the change that was seen last. */
  lasts(now: number): boolean {
    return now - this.#since <= EPOCH;
  }

  /** A limit that was `before` is stated as `after` now. */
  note(before: number, after: number, now: number): void {
    if (before <= 0 || after <= 0) return;
    const low = after / (before + 1), high = (after + 1) / before;
    const agrees = low <= this.#high && high >= this.#low;
    if (!this.lasts(now) || (!agrees && now - this.#since > SETTLED)) this.#begin(now);
    // One that does not agree with those of the same moment: they are no common change, and this is a new guess.
    else if (!agrees) this.#forget();
    this.#votes++;
    this.#low = Math.max(this.#low, low);
    this.#high = Math.min(this.#high, high);
    this.#byValue.set(before, after);
    if (before < this.#largest) return;
    this.#largest = before;
    this.#ratio = after / before;
  }

  /**
   * What a limit of `before` should be now: what its like became, else the same part of it; of a rise the most that it may be, for
   * calls feel their way up and one refusal then tells.
   */
  predict(before: number): number {
    const like = this.#byValue.get(before);
    if (like !== undefined) return like;
    return this.rises ? this.most(before) : Math.max(1, Math.floor(before * this.#ratio));
  }

  /** The most that a limit of `before` may be now, if it moved with the others. */
  most(before: number): number {
    return Math.floor(before * this.#high);
  }

  /** It did not hold for another bucket. */
  drop(): void {
    this.#refuted = true;
    this.#forget();
  }

  #begin(now: number): void {
    this.#since = now;
    this.#fresh = true;
    this.#refuted = false;
    this.#testEvery = TEST_MS;
    this.#testAt = now + TEST_MS;
    this.#forget();
  }

  #forget(): void {
    this.#votes = 0;
    this.#low = 0;
    this.#high = Infinity;
    this.#ratio = 1;
    this.#largest = 0;
    this.#byValue.clear();
  }
}

/** What is known of a model's requests a minute from other buckets of the same tier: the median of their learned limits. */
export class Prior {
  /** How Google counts minutes for this model, as far as its refusals show. */
  readonly phase = new MinutePhase();
  /** How the limits moved together, when some were stated again. */
  readonly shift = new LimitShift();
  #rise = { since: -Infinity, lastAt: -Infinity };
  #faults: "unknown" | "counted" | "free" = "unknown";
  #pressedUntil = 0;
  #refusingUntil = 0;
  #refusingSince = 0;
  #median: number | undefined;
  readonly #counts = new Map<number, number>();

  get value(): number {
    return this.#median ?? TUNING.unknownLimit;
  }

  get known(): boolean {
    return this.#median !== undefined;
  }

  /** Since when a rise of limits is being found out, and when the last was found. */
  get rise(): { readonly since: number; readonly lastAt: number } {
    return this.#rise;
  }

  /** Whether Google counts calls that it answered with a fault of its own, as far as its refusals show. */
  get faults(): "unknown" | "counted" | "free" {
    return this.#faults;
  }

  /** Calls wait long or are refused until this time: what is not known of limits costs more than a refusal. */
  get pressedUntil(): number {
    return this.#pressedUntil;
  }

  /** Calls are refused, not only waiting, until this time. */
  get refusingUntil(): number {
    return this.#refusingUntil;
  }

  /** When that began after a while without any. */
  get refusingSince(): number {
    return this.#refusingSince;
  }

  /** A limit proved higher than it was known. */
  noteRise(now: number): void {
    const { since, lastAt } = this.#rise;
    this.#rise = { since: now - lastAt > TUNING.riseLasts ? now : since, lastAt: now };
  }

  /** A refusal showed whether faults of Google's own are counted. */
  noteFaults(faults: "counted" | "free"): void {
    this.#faults = faults;
  }

  /** Calls wait long, or are refused. */
  press(refusing: boolean, now: number): void {
    this.#pressedUntil = now + TUNING.pressureLasts;
    if (!refusing) return;
    if (now - this.#refusingUntil > TUNING.pressureGone) this.#refusingSince = now;
    this.#refusingUntil = this.#pressedUntil;
  }

  /** Replaces one bucket's number; true when the median moved. */
  replace(before: number | undefined, after: number | undefined): boolean {
    if (before === after) return false;
    if (before !== undefined) this.#add(before, -1);
    if (after !== undefined) this.#add(after, 1);
    const old = this.#median;
    this.#median = this.#compute();
    return old !== this.#median;
  }

  #add(value: number, by: number): void {
    const count = (this.#counts.get(value) ?? 0) + by;
    if (count > 0) this.#counts.set(value, count);
    else this.#counts.delete(value);
  }

  #compute(): number | undefined {
    const values = [...this.#counts].sort((a, b) => a[0] - b[0]);
    let left = values.reduce((sum, [, count]) => sum + count, 0) >> 1;
    for (const [value, count] of values) {
      if (left < count) return value;
      left -= count;
    }
    return undefined;
  }
}
