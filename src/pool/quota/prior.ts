import { LimitShift } from "./limit_shift.ts";
import { MinutePhase } from "./minute_phase.ts";
import { TUNING } from "../tuning.ts";

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
