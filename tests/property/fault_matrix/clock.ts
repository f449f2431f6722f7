import { setImmediate } from "node:timers";
import type { Clock } from "../../../src/core/mod.ts";

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** Stands still until it is moved; timers run in their order as time passes them. */
export class SteppedClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(now = Date.UTC(2026, 5, 1, 17)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), task };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Runs the next timer if it is due within `ms`; false when none is. */
  step(ms = Infinity): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
    if (next === undefined || next.at > this.#now + ms) return false;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.task();
    return true;
  }

  /** Moves on at once; what fell due meanwhile runs late, as after a machine has slept. */
  async jump(ms: number): Promise<void> {
    this.#now += ms;
    for (let turn = 0; turn < 40 && this.step(0); turn++) await turnOfEvents();
    await turnOfEvents();
  }
}

/** Lets sockets and promises have their turn. */
export function turnOfEvents(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Lets promises have their turn, without the millisecond that a timer takes. */
export function turnOfPromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
