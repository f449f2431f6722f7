import { nextPacificMidnight } from "../../core/mod.ts";
import { TUNING } from "../tuning.ts";
import type { DayState } from "./bucket_state.ts";
import { type KnownLimit, type SetLimit, withSetLimit } from "./set_limits.ts";

/**
 * The requests of one bucket in the current day: the limit, what was sent here and by other processes, and when
 * a closed day is probed.
 */
export class DayQuota {
  #limit: KnownLimit | undefined;
  #count = 0;
  #othersCount = 0;
  #endsAt = 0;
  #probeAt = Infinity;
  #probeEvery: number = TUNING.dayProbe;
  /** Counts of the other processes; absent until one reported. */
  #others: Map<string, number> | undefined;

  get known(): KnownLimit | undefined {
    return this.#limit;
  }

  /** Requests that this process sent. */
  get count(): number {
    return this.#count;
  }

  get used(): number {
    return this.#count + this.#othersCount;
  }

  get endsAt(): number {
    return this.#endsAt;
  }

  get probeAt(): number {
    return this.#probeAt;
  }

  /** True when other processes sent some of the day's requests. */
  get isShared(): boolean {
    return this.#othersCount > 0;
  }

  get isUsedUp(): boolean {
    return this.#limit !== undefined && this.used >= this.#limit.value;
  }

  /** Free part, 0 to 1; 1 while the limit is unknown. */
  get share(): number {
    return this.#limit === undefined ? 1 : 1 - this.used / this.#limit.value;
  }

  advance(now: number): void {
    if (now < this.#endsAt) return;
    this.#count = this.#othersCount = 0;
    this.#others = undefined;
    this.#probeEvery = TUNING.dayProbe;
    this.#endsAt = nextPacificMidnight(now);
  }

  add(): void {
    this.#count++;
  }

  takeBack(): void {
    this.#count = Math.max(0, this.#count - 1);
  }

  /** Closes the day: probed before its end, ever more rarely. True when the limit is new. */
  refused(value: number | undefined, now: number): boolean {
    const before = this.#limit?.value;
    const stated = value ?? before;
    if (stated !== undefined) this.#limit = { value: stated, origin: "learned", asOf: now };
    if (this.#probeAt !== Infinity) this.#probeEvery = Math.min(this.#probeEvery * 2, TUNING.dayProbeMax);
    this.#probeAt = now + this.#probeEvery;
    return before !== stated;
  }

  /** Reopens the day after a call was served although it was closed: the limit has changed. */
  reopen(): void {
    this.#limit = undefined;
    this.#probeAt = Infinity;
    this.#probeEvery = TUNING.dayProbe;
  }

  forgetLimit(): void {
    this.#limit = undefined;
  }

  cancelProbe(): void {
    this.#probeAt = Infinity;
  }

  /** Postpones the next probe after another bucket's was refused. */
  postponeProbe(until: number): void {
    if (this.#probeAt < until) this.#probeAt = until;
  }

  /** Applies a limit that the user set or removed. */
  setByUser(set: SetLimit | undefined, now: number): void {
    this.#limit = withSetLimit(this.#limit, set, now);
  }

  inherit(former: DayQuota): void {
    this.#limit ??= former.#limit;
    if (former.#endsAt !== this.#endsAt && this.#endsAt !== 0) return;
    this.#endsAt = former.#endsAt;
    this.#count += former.#count;
  }

  /** Records another process's requests in the day that ends at `endsAt`. True when that was new. */
  noteOther(process: string, endsAt: number, count: number): boolean {
    if (this.#endsAt === 0) this.#endsAt = endsAt;
    const others = this.#others ??= new Map();
    if (endsAt !== this.#endsAt || others.get(process) === count) return false;
    this.#othersCount += count - (others.get(process) ?? 0);
    others.set(process, count);
    return true;
  }

  /** Drops the restored own count, which the processes report themselves. */
  forgetOwn(): void {
    this.#count = 0;
  }

  toState(): DayState {
    return {
      rpd: this.#limit,
      day: { endsAt: this.#endsAt, count: this.#count },
      probe: this.#probeAt === Infinity ? undefined : { at: this.#probeAt, every: this.#probeEvery },
    };
  }

  restore({ rpd, day, probe }: DayState, now: number): void {
    this.#limit = rpd;
    if (day !== undefined && day.endsAt > now) {
      this.#endsAt = day.endsAt;
      this.#count = day.count;
    }
    if (probe === undefined) return;
    this.#probeAt = probe.at;
    this.#probeEvery = probe.every ?? this.#probeEvery;
  }

  /** Takes a limit that another process learned later; true when it did. */
  merge({ rpd }: DayState): boolean {
    if (rpd === undefined || rpd.asOf <= (this.#limit?.asOf ?? 0)) return false;
    this.#limit = rpd;
    return true;
  }
}
