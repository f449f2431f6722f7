/** A call that comes back this much too early is still on time. */
const EARLY_MS = 1_000;
const MAX_PROMISES = 5_000;
const LEARN = 0.02;

interface Promised {
  readonly call: string;
  readonly at: number;
  readonly endsAt: number;
  kept: boolean;
}

/**
 * Refusals name a time, and that time must prove true: a call that comes back then goes first. How many do come back is learned,
 * so that promises nobody redeems delay no one.
 */
export class Promises {
  readonly #open: Promised[] = [];
  readonly #byCall = new Map<string, Promised[]>();
  /** Share of refused calls that came back in time. */
  #returning = 0;

  make(call: string, at: number, now: number): void {
    this.#expire(now);
    if (this.#open.length >= MAX_PROMISES) return;
    const promised = { call, at, endsAt: at + Math.max(5_000, (at - now) * 0.1), kept: false };
    this.#open.push(promised);
    this.#byCall.set(call, [...this.#byCall.get(call) ?? [], promised]);
  }

  /** True when this call was told to come back about now; each promise counts once. */
  redeem(call: string, now: number): boolean {
    const promised = this.#byCall.get(call)?.find((one) => now >= one.at - EARLY_MS && now <= one.endsAt);
    if (promised === undefined) return false;
    promised.kept = true;
    this.#returning += LEARN * (1 - this.#returning);
    this.#drop(promised);
    return true;
  }

  /** How many calls are likely to come back and go before one that waits from now on. */
  expected(now: number): number {
    this.#expire(now);
    return Math.round(this.#open.length * this.#returning);
  }

  #expire(now: number): void {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const promised = this.#open[i];
      if (promised === undefined || promised.endsAt >= now) continue;
      this.#returning -= LEARN * this.#returning;
      this.#drop(promised);
    }
  }

  #drop(promised: Promised): void {
    this.#open.splice(this.#open.indexOf(promised), 1);
    const rest = (this.#byCall.get(promised.call) ?? []).filter((one) => one !== promised);
    if (rest.length > 0) this.#byCall.set(promised.call, rest);
    else this.#byCall.delete(promised.call);
  }
}
