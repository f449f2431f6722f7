import type { Clock } from "../core/mod.ts";

/** A running limit on silence; `touch` starts it anew. */
export interface Deadline {
  touch(): void;
  clear(): void;
}

export interface Deadlines {
  /** Calls `expire` once when `ms` pass without a touch. Accurate to `tick`. */
  start(ms: number, expire: () => void): Deadline;
  close(): void;
}

interface Entry {
  at: number;
  readonly ms: number;
  readonly expire: () => void;
}

/**
 * One coarse timer for all calls instead of one a call: a timer of its own costs a call about a fifteenth of a bare
 * pass-through (measured), and nobody needs a read timeout to be exact.
 */
export function createDeadlines(clock: Clock, tick = 50): Deadlines {
  const entries = new Set<Entry>();
  let cancel: (() => void) | undefined;
  let closed = false;

  function sweep(): void {
    cancel = undefined;
    const now = clock.now();
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
      const entry: Entry = { at: clock.now() + ms, ms, expire };
      entries.add(entry);
      arm();
      return {
        touch: () => void (entry.at = clock.now() + entry.ms),
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
