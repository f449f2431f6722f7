import type { Lease, Need, Shortage } from "./contract.ts";
import { FairQueue, type Waiting } from "./fair_queue.ts";
import { Promises } from "./promises.ts";

/** A call that waits. */
export interface Ticket extends Waiting {
  readonly need: Need;
  readonly enqueuedAt: number;
  readonly deadline: number;
  readonly resolve: (result: Lease | Shortage) => void;
  readonly cancelTimer: () => void;
  readonly stopListening: () => void;
  /** No other credential can serve in time, so those that failed this call may be asked again. */
  allowTried: boolean;
}

/** How much one more gap between two served calls moves the average. */
const LEARN = 0.1;

/** The calls that wait for one model, and how fast they are served. */
export class Line {
  readonly queue = new FairQueue<Ticket>();
  readonly promises = new Promises();
  wakeAt = Infinity;
  cancelWake: () => void = () => {};
  #gapMs = 0;
  #servedAt = 0;

  constructor(readonly model: string) {}

  /** Notes that a waiting call was served; gaps count only while others go on waiting. */
  served(now: number): void {
    if (this.#servedAt > 0) {
      const gap = now - this.#servedAt;
      this.#gapMs = this.#gapMs === 0 ? gap : this.#gapMs + LEARN * (gap - this.#gapMs);
    }
    this.#servedAt = this.queue.length > 0 ? now : 0;
  }

  /** When a call with `ahead` others before it would be served at the pace seen so far; Infinity while none was seen. */
  byPace(ahead: number, now: number): number {
    return this.#gapMs === 0 ? Infinity : now + Math.max(1_000, (ahead + 1) * this.#gapMs);
  }
}
