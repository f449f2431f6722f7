import type { Usage } from "../../core/mod.ts";
import type { CapRecord, CapSchedule } from "../../store/contract.ts";
import { capSliceName, type CapWindow, capWindow } from "./cap_calendar.ts";
import type { LeaseRequest } from "../contract.ts";

/** Output tokens assumed of a call that names no limit, before any was seen; a token cap reserves them so that it is not overrun. */
const FIRST_OUTPUT = 8_192;
/** Interval at which an exhausted window is checked again: another process may have returned units. */
const RECHECK_MS = 1_000;

/** Parts of the store that a meter needs: units of a window, never more than its limit in all. */
export interface SliceSource {
  take(
    window: string,
    want: number,
    limit: number,
    expiresAt: number,
  ): Promise<{ granted: number; taken: number }>;
  giveBack(window: string, unused: number): Promise<void>;
  /** Records the units in hand where they survive a kill. */
  inHand(window: string, units: number): void;
  /** Live processes on this database, this one included. */
  live(): number;
}

export interface CapChange {
  readonly kind: "cap-warning" | "cap-exceeded";
  readonly used: number;
}

/** One cap in its current window: units are fetched ahead of need in slices and spent from memory. */
export class CapMeter {
  #held = 0;
  /** Units taken from the window by all processes, as last seen. */
  taken = 0;
  exhausted = false;
  warned = false;
  exceeded = false;
  readonly perCredential = new Map<string, number>();
  window: CapWindow;
  #recheckAt = 0;
  #fetching: Promise<void> | undefined;
  #largestOutput = FIRST_OUTPUT;
  #usedAt = 0;

  constructor(
    readonly record: CapRecord,
    readonly schedule: CapSchedule,
    now: number,
    readonly slices: SliceSource,
    readonly changed: (meter: CapMeter, change?: CapChange) => void,
  ) {
    this.window = capWindow(record.period, schedule, now);
  }

  /** Units in hand. A kill must not return spent units, so each change is recorded before it takes effect. */
  get held(): number {
    return this.#held;
  }

  set held(units: number) {
    this.#held = units;
    this.slices.inHand(this.name, units);
  }

  get name(): string {
    return capSliceName(this.record, this.window);
  }

  /** What all processes have used; units in hand of other processes count as used. */
  get used(): number {
    return Math.max(0, this.taken - this.held);
  }

  costOf(request: LeaseRequest): number {
    return this.record.unit === "requests"
      ? 1
      : Math.ceil(request.inputTokens + (request.maxOutputTokens ?? this.#largestOutput));
  }

  /** True when the window is used up for a call of this cost. */
  stopped(cost: number, now: number): boolean {
    this.roll(now);
    return this.held < cost && this.exhausted && now < this.#recheckAt;
  }

  has(cost: number, now: number): boolean {
    this.roll(now);
    return this.held >= cost;
  }

  spend(cost: number, credential: string, now: number): void {
    this.held -= cost;
    this.#usedAt = now;
    this.#count(credential, cost);
    if (this.held < this.#sliceSize(cost) / 2 && !this.exhausted) void this.fetch(cost, now);
    this.#report();
  }

  /** Settles a served call with its real tokens. Does nothing when its window is over. */
  settle(window: CapWindow, cost: number, credential: string, usage: Usage | undefined): void {
    if (window !== this.window || this.record.unit === "requests" || usage === undefined) return;
    const output = usage.totalTokens - usage.promptTokens;
    this.#largestOutput = Math.max(output, this.#largestOutput * 0.98, 256);
    this.held += cost - usage.totalTokens;
    this.#count(credential, usage.totalTokens - cost);
    this.#report();
  }

  refund(window: CapWindow, cost: number, credential: string): void {
    if (window !== this.window) return;
    this.held += cost;
    this.#count(credential, -cost);
  }

  roll(now: number): void {
    if (now < this.window.endsAt && now >= this.window.startsAt) return;
    this.held = 0;
    this.window = capWindow(this.record.period, this.schedule, now);
    this.taken = this.#recheckAt = 0;
    this.exhausted = this.warned = this.exceeded = false;
    this.perCredential.clear();
    this.changed(this);
  }

  /** Fetches a slice in the background; one at a time. */
  fetch(cost: number, now: number): Promise<void> {
    return this.#fetching ??= this.#fetch(cost, now).catch(() => this.#stall(now)).finally(() =>
      this.#fetching = undefined
    );
  }

  /** Returns unused units when this process has used none for a while and others may need them. */
  async handBack(now: number, idleMs: number): Promise<void> {
    if (this.held <= 0 || now - this.#usedAt < idleMs) return;
    const unused = Math.floor(this.held);
    this.held -= unused;
    this.taken -= unused;
    this.exhausted = false;
    await this.slices.giveBack(this.name, unused);
  }

  async #fetch(cost: number, now: number): Promise<void> {
    const { window } = this;
    // A debt from underestimated tokens is covered first.
    const want = Math.ceil(this.#sliceSize(cost) + Math.max(0, -this.held));
    const { granted, taken } = await this.slices.take(this.name, want, this.record.limit, window.endsAt);
    if (window !== this.window) return;
    this.held += granted;
    this.taken = taken;
    this.exhausted = granted === 0 || taken >= this.record.limit;
    if (this.exhausted) this.#recheckAt = now + RECHECK_MS;
    this.#report();
  }

  /** Refuses for a moment when the store does not answer, rather than overspend. */
  #stall(now: number): void {
    this.exhausted = true;
    this.#recheckAt = now + RECHECK_MS;
  }

  /** Alone a tenth of the cap; with others half of an equal part of what is left, so that slices shrink as the window empties. */
  #sliceSize(cost: number): number {
    const { limit } = this.record;
    const live = this.slices.live();
    if (live <= 1) return Math.max(cost, Math.min(limit, Math.max(10, Math.ceil(limit / 10))));
    return Math.max(cost, Math.floor((limit - this.taken) / (2 * live)), 1);
  }

  #count(credential: string, by: number): void {
    this.perCredential.set(credential, Math.max(0, (this.perCredential.get(credential) ?? 0) + by));
    this.changed(this);
  }

  #report(): void {
    const { limit, alertThreshold } = this.record;
    const used = this.used;
    if (!this.warned && used >= limit * alertThreshold / 100) {
      this.warned = true;
      this.changed(this, { kind: "cap-warning", used });
    }
    if (!this.exceeded && used >= limit) {
      this.exceeded = true;
      this.changed(this, { kind: "cap-exceeded", used });
    }
  }
}
