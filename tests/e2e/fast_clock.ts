import type { Clock } from "../../src/core/mod.ts";

/** The clock is looked at this often while somebody waits for it. */
const LOOK_MS = 2;
/** The most that passes between two looks: a process that a busy machine keeps waiting has not had that time. */
const MOST_MS = 10;

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/**
 * A clock that runs `speed` times as fast as the machine's, for waits that are the product's own and too long for a test. Only
 * time in which this process runs counts, so that a busy machine makes a test longer and not another one.
 */
export function fastClock(speed: number): Clock {
  return new FastClock(speed);
}

class FastClock implements Clock {
  #now = Date.now();
  #seen = performance.now();
  #look: ReturnType<typeof setTimeout> | undefined;
  readonly #timers = new Set<Timer>();

  constructor(readonly speed: number) {}

  readonly now = (): number => {
    const seen = performance.now();
    this.#now += Math.min(seen - this.#seen, MOST_MS) * this.speed;
    this.#seen = seen;
    return Math.floor(this.#now);
  };

  readonly after = (ms: number, task: () => void): () => void => {
    const timer = { at: this.now() + Math.max(0, ms), task };
    this.#timers.add(timer);
    this.#watch();
    return () => {
      this.#timers.delete(timer);
      if (this.#timers.size > 0) return;
      clearTimeout(this.#look);
      this.#look = undefined;
    };
  };

  #watch(): void {
    if (this.#look !== undefined || this.#timers.size === 0) return;
    this.#look = setTimeout(() => {
      this.#look = undefined;
      const now = this.now();
      const due = [...this.#timers].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
      for (const timer of due) if (this.#timers.delete(timer)) timer.task();
      this.#watch();
    }, LOOK_MS);
  }
}
