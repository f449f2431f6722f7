import { MINUTE, TUNING } from "../tuning.ts";

const ENOUGH = 4;
const KEPT = 8;
const TOLERANCE = 400;

/**
 * Whether Google counts this model by fixed minutes: then all stated resets are at the same second, while those
 * of sliding windows are anywhere.
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

/** Limits stated again within this time belong to one change: buckets notice when they are next exhausted. */
const EPOCH = 10 * 60_000;
/** After this time a deviating one is another change. */
const SETTLED = 2 * 60_000;
/** First interval at which a lower inferred limit is tested while calls wait; it grows. */
const TEST_MS = 2_000;

/**
 * How the limits of one model and tier moved together. A newly stated limit tells something about all the
 * others: if a few moved by one ratio, the rest are assumed to have done so too, so that not every bucket has to
 * be refused to find out.
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
  /** The ratio of the largest limit stated again, which is the most exact. */
  #ratio = 1;
  #largest = 0;
  readonly #byValue = new Map<number, number>();

  #fresh = false;

  /** True when a change has begun and the limits before it have not been recorded yet. */
  get fresh(): boolean {
    return this.#fresh;
  }

  /** When the change was first seen: limits stated before this time are in doubt. */
  get since(): number {
    return this.#since;
  }

  /** Marks the limits before the change as recorded. */
  noted(): void {
    this.#fresh = false;
  }

  /** True when enough agree to predict the rest. */
  get certain(): boolean {
    return !this.#refuted && (this.#votes >= ENOUGH || this.#byValue.size > 1);
  }

  get rises(): boolean {
    return this.#votes > 0 && this.#ratio > 1;
  }

  /** True when it proved wrong: until the next change nothing is inferred. */
  get dropped(): boolean {
    return this.#refuted;
  }

  /** True when a bucket whose limit was lowered by inference should be tested beyond it. */
  wantsTest(now: number): boolean {
    return this.certain && !this.rises && this.lasts(now) && now >= this.#testAt;
  }

  tested(now: number): void {
    this.#testEvery *= 2;
    this.#testAt = now + this.#testEvery;
  }

  /** True while stated limits belong to the last change. */
  lasts(now: number): boolean {
    return now - this.#since <= EPOCH;
  }

  /** Records that a limit of `before` is stated as `after` now. */
  note(before: number, after: number, now: number): void {
    if (before <= 0 || after <= 0) return;
    const low = after / (before + 1), high = (after + 1) / before;
    const agrees = low <= this.#high && high >= this.#low;
    if (!this.lasts(now) || (!agrees && now - this.#since > SETTLED)) this.#begin(now);
    // It deviates from the others of the same time: there is no common change, and this is a new guess.
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
   * Predicts a limit that was `before`: the new value of an equal one, else the same ratio; for a rise the
   * largest possible value, as calls approach it step by step until one refusal shows it.
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

  /** Drops the prediction, which was wrong for another bucket. */
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

/** The prior of a model's requests per minute: the median of the learned limits of other buckets of the same tier. */
export class Prior {
  /** How Google counts minutes for this model, inferred from its refusals. */
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

  /** Since when limits are being found to rise, and when the last was found. */
  get rise(): { readonly since: number; readonly lastAt: number } {
    return this.#rise;
  }

  /** Whether Google counts calls that failed by its own fault, inferred from its refusals. */
  get faults(): "unknown" | "counted" | "free" {
    return this.#faults;
  }

  /** Until this time calls wait long or are refused, so that unknown limits cost more than a refusal. */
  get pressedUntil(): number {
    return this.#pressedUntil;
  }

  /** Until this time calls are refused, not only waiting. */
  get refusingUntil(): number {
    return this.#refusingUntil;
  }

  /** Start of the refusals, after a while without any. */
  get refusingSince(): number {
    return this.#refusingSince;
  }

  /** Records that a limit proved higher than known. */
  noteRise(now: number): void {
    const { since, lastAt } = this.#rise;
    this.#rise = { since: now - lastAt > TUNING.riseLasts ? now : since, lastAt: now };
  }

  /** Records whether Google's own faults are counted, as a refusal showed. */
  noteFaults(faults: "counted" | "free"): void {
    this.#faults = faults;
  }

  /** Records that calls wait long or are refused. */
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
