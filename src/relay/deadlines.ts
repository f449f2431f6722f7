import type { Clock } from "../core/mod.ts";
import { type ActiveMember, ActiveSet } from "./active_set.ts";

/** A running limit on silence; `touch` starts it again. */
export interface Deadline {
  touch(): void;
  clear(): void;
}

export interface Deadlines {
  /** Calls `expire` once when `ms` pass without a touch. Accurate to a tick. */
  start(ms: number, expire: () => void): Deadline;
  close(): void;
}

/**
 * One coarse timer for all calls: a timer for each costs about a fifteenth of a bare pass-through (measured),
 * and a read timeout need not be exact. Time is counted in ticks of that timer, so that setting the machine's
 * clock neither ends calls in progress nor makes them wait for hours.
 */
export function createDeadlines(clock: Clock, tick = 50): Deadlines {
  return new TickedDeadlines(clock, tick);
}

class TickedDeadlines implements Deadlines {
  readonly entries = new ActiveSet<Entry>();
  now = 0;
  readonly #clock: Clock;
  readonly #tick: number;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(clock: Clock, tick: number) {
    this.#clock = clock;
    this.#tick = tick;
  }

  start(ms: number, expire: () => void): Deadline {
    const ticks = Math.ceil(ms / this.#tick);
    // The current tick is not a whole one.
    const entry = new Entry(this, this.#cancel === undefined ? ticks : ticks + 1, expire);
    this.entries.add(entry);
    this.#arm();
    return entry;
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    if (this.#cancel !== undefined || this.entries.size === 0 || this.#closed) return;
    this.#cancel = this.#clock.after(this.#tick, () => this.#sweep());
  }

  /** The timer is not set again when nothing is left to wait for, so that an idle process sleeps. */
  #sweep(): void {
    this.#cancel = undefined;
    this.now++;
    for (const entry of this.entries.list()) {
      if (entry.at > this.now || entry.index < 0) continue;
      this.entries.delete(entry);
      // Each belongs to another call: an exception is reported, and the others still expire.
      try {
        entry.expire();
      } catch (cause) {
        reportError(cause);
      }
    }
    this.#arm();
  }
}

class Entry implements Deadline, ActiveMember {
  index = -1;
  /** The tick at which it expires. */
  at: number;
  readonly #deadlines: TickedDeadlines;
  readonly #ticks: number;

  constructor(deadlines: TickedDeadlines, ticks: number, readonly expire: () => void) {
    this.#deadlines = deadlines;
    this.#ticks = ticks;
    this.at = deadlines.now + ticks;
  }

  touch(): void {
    this.at = this.#deadlines.now + this.#ticks;
  }

  clear(): void {
    this.#deadlines.entries.delete(this);
  }
}
