import { nextPacificMidnight } from "../../core/mod.ts";
import { TUNING } from "../tuning.ts";
import type { DayState } from "./bucket_state.ts";
import { type KnownLimit, type SetLimit, withSetLimit } from "./set_limits.ts";

/** The requests of one bucket in the running day: the limit, what was sent here and by other processes, and when a closed day is tried. */
export class DayQuota {
  #limit: KnownLimit | undefined;
  #count = 0;
  #othersCount = 0;
  #endsAt = 0;
  #probeAt = Infinity;
  #probeEvery: number = TUNING.dayProbe;
  /** What each other process said; absent until one did. */
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

  /** Free part, 0 to 1; 1 while the limit is not known. */
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

  /** The day is used up: tried once before its end, ever more seldom. True when the limit is news. */
  refused(value: number | undefined, now: number): boolean {
    const before = this.#limit?.value;
    const stated = value ?? before;
    if (stated !== undefined) this.#limit = { value: stated, origin: "learned", asOf: now };
    if (this.#probeAt !== Infinity) this.#probeEvery = Math.min(this.#probeEvery * 2, TUNING.dayProbeMax);
    this.#probeAt = now + this.#probeEvery;
    return before !== stated;
  }

  /** A call was served although the day had been closed: the limit is another one. */
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

  /** Another bucket's try was refused: this one waits as long. */
  postponeProbe(until: number): void {
    if (this.#probeAt < until) this.#probeAt = until;
  }

  /** A limit that the user set, or took away again. */
  setByUser(set: SetLimit | undefined, now: number): void {
    this.#limit = withSetLimit(this.#limit, set, now);
  }

  inherit(former: DayQuota): void {
    this.#limit ??= former.#limit;
    if (former.#endsAt !== this.#endsAt && this.#endsAt !== 0) return;
    this.#endsAt = former.#endsAt;
    this.#count += former.#count;
  }

  /** Another process says how many requests it has sent in the day that ends at `endsAt`. True when that was news. */
  noteOther(process: string, endsAt: number, count: number): boolean {
    if (this.#endsAt === 0) this.#endsAt = endsAt;
    const others = this.#others ??= new Map();
    if (endsAt !== this.#endsAt || others.get(process) === count) return false;
    this.#othersCount += count - (others.get(process) ?? 0);
    others.set(process, count);
    return true;
  }

  /** What was restored as our own count is told by the processes that sent it. */
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

  /** Takes over a limit that another process learned later; true when it did. */
  merge({ rpd }: DayState): boolean {
    if (rpd === undefined || rpd.asOf <= (this.#limit?.asOf ?? 0)) return false;
    this.#limit = rpd;
    return true;
  }
}
