import type { Clock } from "../../src/core/mod.ts";

/** The machine's clock, whose timers a test can drop when it is over. */
export class TimedClock implements Clock {
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  now(): number {
    return Date.now();
  }

  after(ms: number, task: () => void): () => void {
    const timer = setTimeout(() => (this.#timers.delete(timer), task()), ms);
    this.#timers.add(timer);
    return () => (this.#timers.delete(timer), clearTimeout(timer));
  }

  /** Drops every timer that still waits. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
