import type { Clock } from "../core/mod.ts";

/** A running limit on silence; `touch` starts it anew. */
export interface Deadline {
  touch(): void;
  clear(): void;
}

export interface Deadlines {
  /** Calls `expire` once when `ms` pass without a touch. Accurate to a tick. */
  start(ms: number, expire: () => void): Deadline;
  close(): void;
}

interface Entry {
  /** The tick at which it expires. */
  at: number;
  readonly ticks: number;
  readonly expire: () => void;
}

/**
 * One coarse timer for all calls instead of one a call: a timer of its own costs a call about a fifteenth of a bare
 * pass-through (measured), and nobody needs a read timeout to be exact. Time is counted in ticks of that timer, so that a
 * machine whose clock is set neither ends calls under way nor lets them wait for hours.
 */
export function createDeadlines(clock: Clock, tick = 50): Deadlines {
  const entries = new Set<Entry>();
  let cancel: (() => void) | undefined;
  let closed = false;
  let now = 0;

  function sweep(): void {
    cancel = undefined;
    now++;
    for (const entry of entries) {
      if (entry.at > now) continue;
      entries.delete(entry);
      entry.expire();
    }
    arm();
  }

  function arm(): void {
    if (cancel === undefined && entries.size > 0 && !closed) cancel = clock.after(tick, sweep);
  }

  return {
    start(ms, expire) {
      const ticks = Math.ceil(ms / tick);
      const entry: Entry = { at: now + ticks, ticks, expire };
      entries.add(entry);
      arm();
      return {
        touch: () => void (entry.at = now + entry.ticks),
        clear() {
          entries.delete(entry);
          // The last one out stops the timer, so that an idle process sleeps.
          if (entries.size === 0) {
            cancel?.();
            cancel = undefined;
          }
        },
      };
    },
    close() {
      closed = true;
      cancel?.();
      entries.clear();
    },
  };
}
