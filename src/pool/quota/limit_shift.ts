/** What is stated again within this time belongs to one change: buckets find out when they are next used up. */
const EPOCH = 10 * 60_000;
/** After so long one that does not agree is another change. */
const SETTLED = 2 * 60_000;
/** So many stated changes that agree are more than one project's, even where its keys are not known to be of one. */
const ENOUGH = 4;
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
