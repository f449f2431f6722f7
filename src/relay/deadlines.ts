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

/** The longest time between two looks while something runs, so that a clock that is set makes a limit longer by this at most. */
const LONGEST_MS = 1_000;

/**
 * One coarse timer for all calls, which runs out when the first of them may: a timer that is set costs a process that sleeps
 * between calls about a quarter of a bare pass-through (measured), and nobody needs a read timeout to be exact. Time is counted
 * by what that timer was set for, so that a machine whose clock is set neither ends calls under way nor lets them wait for hours.
 * `tick` is the shortest time between two looks, in milliseconds.
 */
export function createDeadlines(clock: Clock, tick = 50): Deadlines {
  return new TimedDeadlines(clock, tick);
}

class TimedDeadlines implements Deadlines {
  readonly entries = new ActiveSet<Entry>();
  readonly #clock: Clock;
  readonly #tick: number;
  #cancel: (() => void) | undefined;
  #closed = false;
  /** What all timers so far were set for. */
  #passed = 0;
  /** When the running timer was set, by the clock, and for how long. */
  #since = 0;
  #armed = 0;

  constructor(clock: Clock, tick: number) {
    this.#clock = clock;
    this.#tick = tick;
  }

  /** Milliseconds that have passed, but never beyond the end of the running timer. */
  get now(): number {
    if (this.#cancel === undefined) return this.#passed;
    return this.#passed + Math.min(this.#armed, Math.max(0, this.#clock.now() - this.#since));
  }

  start(ms: number, expire: () => void): Deadline {
    const { now } = this;
    const entry = new Entry(this, now + ms, ms, expire);
    this.entries.add(entry);
    this.#arm(now, ms);
    return entry;
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Makes sure that the timer runs out in `ms` at the latest. */
  #arm(now: number, ms: number): void {
    const wanted = Math.min(LONGEST_MS, Math.max(this.#tick, ms));
    if (this.#closed || (this.#cancel !== undefined && this.#passed + this.#armed <= now + wanted)) return;
    this.#stop();
    this.#passed = now;
    this.#since = this.#clock.now();
    this.#armed = wanted;
    this.#cancel = this.#clock.after(wanted, () => this.#sweep());
  }

  /** A timer that runs out with nothing left to wait for is not set again, so that an idle process sleeps. */
  #sweep(): void {
    this.#cancel = undefined;
    this.#passed += this.#armed;
    const now = this.#passed;
    let next = Infinity;
    for (const entry of this.entries.list()) {
      if (entry.index < 0) continue;
      if (entry.at > now) {
        next = Math.min(next, entry.at);
        continue;
      }
      this.entries.delete(entry);
      // Each belongs to a call of its own: what one throws is reported, and the others still expire.
      try {
        entry.expire();
      } catch (cause) {
        reportError(cause);
      }
    }
    if (this.entries.size > 0) this.#arm(this.now, next - this.now);
  }
}

class Entry implements Deadline, ActiveMember {
  index = -1;
  readonly #deadlines: TimedDeadlines;
  readonly #ms: number;

  constructor(
    deadlines: TimedDeadlines,
    /** When it expires, by the time of all deadlines. */
    public at: number,
    ms: number,
    readonly expire: () => void,
  ) {
    this.#deadlines = deadlines;
    this.#ms = ms;
  }

  touch(): void {
    this.at = this.#deadlines.now + this.#ms;
  }

  clear(): void {
    this.#deadlines.entries.delete(this);
  }
}
