import type { Clock } from "../core/mod.ts";

/** Wall-clock time; timers of more than 24.8 days are set in steps, as the platform's own overflow. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const LONGEST = 2 ** 31 - 1;
    let timer: ReturnType<typeof setTimeout>;
    const arm = (left: number) => {
      timer = left > LONGEST
        ? setTimeout(() => arm(left - LONGEST), LONGEST)
        : setTimeout(task, Math.max(0, left));
    };
    arm(ms);
    return () => clearTimeout(timer);
  },
};
