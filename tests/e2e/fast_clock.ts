import type { Clock } from "../../src/core/mod.ts";

/** A clock that runs `speed` times as fast as the machine's, for waits that are the product's own and too long for a test. */
export function fastClock(speed: number): Clock {
  const start = Date.now();
  return {
    now: () => start + Math.floor((performance.timeOrigin + performance.now() - start) * speed),
    after(ms, task) {
      const timer = setTimeout(task, ms / speed);
      return () => clearTimeout(timer);
    },
  };
}
