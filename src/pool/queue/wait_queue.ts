import type { Failure, Operation } from "../../core/mod.ts";
import type { Lease, LeaseRequest, Shortage } from "../contract.ts";
import { FairQueue, type Waiting } from "./fair_queue.ts";
import { RetryReservations } from "./retry_reservations.ts";
import { MINUTE } from "../tuning.ts";

/** A waiting call. */
export interface Waiter extends Waiting {
  readonly request: LeaseRequest;
  readonly enqueuedAt: number;
  readonly deadline: number;
  /** True while it waits a moment beyond its deadline, for an opening that is known. */
  graced: boolean;
  readonly resolve: (result: Lease | Shortage) => void;
  cancelTimer: () => void;
  readonly stopListening: () => void;
}

/** Weight of a new gap between two served calls in the average. */
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

  /** Notes that a waiting call was served; gaps count only while others keep waiting. */
  served(now: number): void {
    if (this.#servedAt > 0) {
      const gap = now - this.#servedAt;
      this.#gapMs = this.#gapMs === 0 ? gap : this.#gapMs + LEARN * (gap - this.#gapMs);
    }
    this.#servedAt = this.queue.length > 0 ? now : 0;
  }

  /**
   * Records a refusal; true when it is the first since the model could be served. An invalid request or a cap
   * does not count.
   */
  exhaust({ class: name, code }: Failure): boolean {
    if (this.#exhausted || name === "invalid_request" || code?.startsWith("cap_") === true) return false;
    this.#exhausted = true;
    return true;
  }

  /** Records that the model can be served; true when it had been exhausted. */
  relieve(): boolean {
    const was = this.#exhausted;
    this.#exhausted = false;
    return was;
  }

  /** When a call behind `ahead` others would be served at the observed pace; Infinity without one. */
  byPace(ahead: number, now: number): number {
    return this.#gapMs === 0 ? Infinity : now + Math.max(1_000, (ahead + 1) * this.#gapMs);
  }
}

/** Longest reservation. */
export const RESERVATION_MS = 30 * MINUTE;

/** A call may wait a moment beyond its deadline for an opening: for the minute's window, if it waits a minute. */
const GRACE_MS = 2_500;

export function graceOf(patience: number): number {
  return Math.min(GRACE_MS, patience * 0.05);
}

/** Options of joining the queue. */
export interface Joining {
  readonly now: number;
  readonly patience: number;
  readonly urgent: boolean;
}

/** Identifies a returning call among those of the same conversation: the same request has the same size. */
export function callOf(request: LeaseRequest): string {
  return `${request.client}\n${request.session}\n${request.inputTokens}`;
}

export function finite(at: number): number | undefined {
  return at === Infinity ? undefined : at;
}

/** True when the call needs nothing but a free bucket. */
export function isFree(request: LeaseRequest): boolean {
  return request.pinned === undefined && request.among === undefined && request.affinity?.strict !== true &&
    request.tried.size === 0 && request.counted;
}
