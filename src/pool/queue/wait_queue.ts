import type { Failure, Operation } from "../../core/mod.ts";
import type { Lease, LeaseRequest, Shortage } from "../contract.ts";
import { FairQueue, type Waiting } from "./fair_queue.ts";
import { RetryReservations } from "./retry_reservations.ts";
import { MINUTE } from "../tuning.ts";

/** A call that waits. */
export interface Waiter extends Waiting {
  readonly request: LeaseRequest;
  readonly enqueuedAt: number;
  readonly deadline: number;
  /** True once it waits a moment beyond its deadline, for what is known to free then. */
  graced: boolean;
  readonly resolve: (result: Lease | Shortage) => void;
  cancelTimer: () => void;
  readonly stopListening: () => void;
}

/** How much one more gap between two served calls moves the average. */
const LEARN = 0.1;

/** The calls that wait for one model, and how fast they are served. */
export class WaitQueue {
  readonly queue = new FairQueue<Waiter>();
  readonly reservations = new RetryReservations();
  wakeAt = Infinity;
  cancelWake: () => void = () => {};
  #exhausted = false;
  #gapMs = 0;
  #servedAt = 0;

  constructor(readonly model: string, readonly operation: Operation) {}

  /** Notes that a waiting call was served; gaps count only while others go on waiting. */
  served(now: number): void {
    if (this.#servedAt > 0) {
      const gap = now - this.#servedAt;
      this.#gapMs = this.#gapMs === 0 ? gap : this.#gapMs + LEARN * (gap - this.#gapMs);
    }
    this.#servedAt = this.queue.length > 0 ? now : 0;
  }

  /** True when this refusal is the first since something could serve; a caller's fault or a cap is no exhaustion. */
  exhaust({ class: name, code }: Failure): boolean {
    if (this.#exhausted || name === "invalid_request" || code?.startsWith("cap_") === true) return false;
    this.#exhausted = true;
    return true;
  }

  /** True when it had been exhausted. */
  relieve(): boolean {
    const was = this.#exhausted;
    this.#exhausted = false;
    return was;
  }

  /** When a call with `ahead` others before it would be served at the pace seen so far; Infinity while none was seen. */
  byPace(ahead: number, now: number): number {
    return this.#gapMs === 0 ? Infinity : now + Math.max(1_000, (ahead + 1) * this.#gapMs);
  }
}

/** For longer reservations no place is kept. */
export const RESERVATION_MS = 30 * MINUTE;

/** A window that frees a moment after a call's patience is worth that moment: the minute's, for a call that waits a minute. */
const GRACE_MS = 2_500;

export function graceOf(patience: number): number {
  return Math.min(GRACE_MS, patience * 0.05);
}

/** How a call joins the line. */
export interface Joining {
  readonly now: number;
  readonly patience: number;
  readonly urgent: boolean;
}

/** What tells a call that comes back from a new one of the same conversation: the same request has the same size. */
export function callOf(request: LeaseRequest): string {
  return `${request.client}\n${request.session}\n${request.inputTokens}`;
}

export function finite(at: number): number | undefined {
  return at === Infinity ? undefined : at;
}

/** True when nothing but a free bucket is asked for. */
export function isFree(request: LeaseRequest): boolean {
  return request.pinned === undefined && request.among === undefined && request.affinity?.strict !== true &&
    request.tried.size === 0 && request.counted;
}
