import type { CallRecord } from "../core/mod.ts";
import type { Store } from "../store/mod.ts";

/** What a meter needs of the store: units of a window, never more than its limit in all. */
export type BudgetSlices = Pick<Store, "takeSlice" | "returnSlice">;

export interface BudgetWindow {
  /** Names the window among all. */
  readonly name: string;
  readonly limit: number;
  readonly endsAt: number;
  /** Whether a call is a unit by itself, so that nothing need be guessed. */
  readonly exact: boolean;
  /** What was used of the window before anybody took units of it. */
  readonly recorded: number;
}

/** Reservations that no record has settled within this time are spent. */
const LOST_MS = 3_600_000;
/** How many calls' units are taken ahead while there are plenty: a commit for each call would be dear. */
const AHEAD = 10;

/**
 * One client's budget in its present window. Units are taken from the store before a call and settled after it, so that calls
 * at the same time, in whichever process, never pass the limit together. Where a call's cost is only known after it, the last
 * call may pass it, alone.
 */
export class BudgetMeter {
  readonly window: BudgetWindow;
  readonly #slices: BudgetSlices;
  /** Units in hand; negative when a call has cost more than was reserved. */
  #held = 0;
  #reserved = new Map<string, { readonly units: number; readonly at: number }>();
  /** What a call has cost lately, for those whose cost is not known before. */
  #usual: number;
  #turn: Promise<unknown> = Promise.resolve();
  #begun = false;
  #usedAt = 0;

  constructor(window: BudgetWindow, slices: BudgetSlices, usual: number) {
    this.window = window;
    this.#slices = slices;
    this.#usual = usual;
  }

  get name(): string {
    return this.window.name;
  }

  /** Takes what a call may cost; false when the window is used up. */
  reserve(id: string, now: number): Promise<boolean> {
    // One at a time, so that a limit of one unit is not asked for by all who wait.
    const turn = this.#turn.then(() => this.#reserve(id, now));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Sets a call's reservation to what it was; `units` undefined hands it back whole. */
  settle(id: string, units: number): void {
    const reserved = this.#reserved.get(id);
    if (reserved === undefined) return;
    this.#reserved.delete(id);
    this.#held += reserved.units - units;
    if (units > 0 && !this.window.exact) this.#usual = Math.max(units, this.#usual * 0.9);
  }

  /** Hands back what nobody here has wanted for a while: others may want it. */
  async rest(now: number, idleMs: number): Promise<void> {
    for (const [id, { at }] of this.#reserved) if (at < now - LOST_MS) this.#reserved.delete(id);
    const unused = Math.floor(this.#held);
    if (unused <= 0 || now - this.#usedAt < idleMs) return;
    this.#held -= unused;
    await this.#slices.returnSlice(this.name, unused);
  }

  async #reserve(id: string, now: number): Promise<boolean> {
    this.#usedAt = now;
    await this.#begin();
    const wanted = this.window.exact ? 1 : this.#usual;
    if (this.#held < wanted) await this.#take(wanted);
    const least = this.window.exact ? 1 : Number.EPSILON;
    if (this.#held < least) return false;
    const units = Math.min(wanted, this.#held);
    this.#held -= units;
    this.#reserved.set(id, { units, at: now });
    return true;
  }

  async #take(wanted: number): Promise<void> {
    const { name, limit, endsAt, exact } = this.window;
    const missing = Math.ceil(wanted - this.#held);
    // A tenth of the limit at most, so that several processes share the rest of a window.
    const ahead = exact ? Math.min(AHEAD, Math.floor(limit / 20)) : 0;
    let { granted } = await this.#slices.takeSlice(name, missing + ahead, limit, endsAt);
    // The rest of a window may be less than what was wanted.
    if (granted === 0 && missing > 1) {
      const probe = await this.#slices.takeSlice(name, 1, limit, endsAt);
      granted = probe.granted;
    }
    this.#held += granted;
  }

  /** A window that nobody has begun carries what the ledger has of it already. */
  async #begin(): Promise<void> {
    if (this.#begun) return;
    const { name, limit, endsAt, recorded } = this.window;
    const { taken } = await this.#slices.takeSlice(name, 0, limit, endsAt);
    if (taken === 0 && recorded > 0) {
      await this.#slices.takeSlice(name, Math.ceil(recorded), Math.max(limit, Math.ceil(recorded)), endsAt);
    }
    this.#begun = true;
  }
}

/** What a call has used of a budget, by its record. */
export function usedBy(
  record: CallRecord,
  unit: "tokens" | "usd" | "requests",
  costOf: (record: CallRecord) => number,
): number {
  // Refused before anybody was asked: it has used nothing.
  if (record.outcome === "refused") return 0;
  if (unit === "requests") return 1;
  return unit === "tokens" ? record.usage?.totalTokens ?? 0 : costOf(record);
}
