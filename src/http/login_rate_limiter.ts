import type { Clock } from "../core/mod.ts";

const FREE_TRIES = 3;
const LONGEST_MS = 60_000;
const FORGET_MS = 15 * 60_000;
const MOST_REMOTES = 1_000;

/** Slows down guessing: after three misses each further one doubles the wait, up to a minute. */
export interface LoginRateLimiter {
  /** Milliseconds until this address may try again; 0 when it may now. */
  wait(remote: string): number;
  /** Counts a wrong guess and returns the resulting wait. */
  miss(remote: string): number;
  forget(remote: string): void;
}

/** Keeps misses in memory, for at most a thousand addresses and a quarter of an hour each. */
export function createLoginRateLimiter(clock: Clock): LoginRateLimiter {
  const misses = new Map<string, { count: number; last: number }>();

  function waitAfter(entry: { count: number; last: number }): number {
    if (entry.count < FREE_TRIES) return 0;
    const delay = Math.min(LONGEST_MS, 1_000 * 2 ** (entry.count - FREE_TRIES));
    return Math.max(0, entry.last + delay - clock.now());
  }

  function trim(): void {
    const old = clock.now() - FORGET_MS;
    for (const [remote, { last }] of misses) {
      if (last < old || misses.size > MOST_REMOTES) misses.delete(remote);
    }
  }

  return {
    wait(remote) {
      trim();
      const entry = misses.get(remote);
      return entry === undefined ? 0 : waitAfter(entry);
    },
    miss(remote) {
      const entry = { count: (misses.get(remote)?.count ?? 0) + 1, last: clock.now() };
      misses.delete(remote);
      misses.set(remote, entry);
      return waitAfter(entry);
    },
    forget: (remote) => void misses.delete(remote),
  };
}
