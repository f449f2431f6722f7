/** A call that returns this early still counts as on time. */
const EARLY_MS = 1_000;
const MAX_RESERVATIONS = 5_000;
const LEARN = 0.02;

interface Reservation {
  readonly call: string;
  readonly at: number;
  readonly endsAt: number;
  kept: boolean;
}

/**
 * Reservations for refused calls. A refusal names a retry time that must hold: a call that returns then goes
 * first. The share of calls that return is learned, so that unclaimed reservations delay nobody.
 */
export class RetryReservations {
  readonly #open: Reservation[] = [];
  readonly #byCall = new Map<string, Reservation[]>();
  /** Share of refused calls that returned in time. */
  #returning = 0;

  make(call: string, at: number, now: number): void {
    this.#expire(now);
    if (this.#open.length >= MAX_RESERVATIONS) return;
    const reservation = { call, at, endsAt: at + Math.max(5_000, (at - now) * 0.1), kept: false };
    this.#open.push(reservation);
    this.#byCall.set(call, [...this.#byCall.get(call) ?? [], reservation]);
  }

  /** True when this call has a reservation for about now; each counts once. */
  claim(call: string, now: number): boolean {
    const reservation = this.#byCall.get(call)?.find((one) => now >= one.at - EARLY_MS && now <= one.endsAt);
    if (reservation === undefined) return false;
    reservation.kept = true;
    this.#returning += LEARN * (1 - this.#returning);
    this.#drop(reservation);
    return true;
  }

  /** The expected number of returning calls that go before a new one. */
  expected(now: number): number {
    this.#expire(now);
    return Math.round(this.#open.length * this.#returning);
  }

  #expire(now: number): void {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const reservation = this.#open[i];
      if (reservation === undefined || reservation.endsAt >= now) continue;
      this.#returning -= LEARN * this.#returning;
      this.#drop(reservation);
    }
  }

  #drop(reservation: Reservation): void {
    this.#open.splice(this.#open.indexOf(reservation), 1);
    const rest = (this.#byCall.get(reservation.call) ?? []).filter((one) => one !== reservation);
    if (rest.length > 0) this.#byCall.set(reservation.call, rest);
    else this.#byCall.delete(reservation.call);
  }
}
