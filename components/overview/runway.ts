import type { ModelRow } from "../data/views.ts";

/** What is known of one model's day: from now to its reset. Times are epoch milliseconds. */
export interface Runway {
  readonly from: number;
  readonly to: number;
  /** Between these two the day runs out at the present rate; absent when it lasts until the reset. */
  readonly early?: number;
  readonly late?: number;
}

const MINUTE_MS = 60_000;
/** The rate is that of so many minutes. */
const RATE_MINUTES = 10;
/** Nineteen of twenty times the true rate lies within so many standard deviations of a count. */
const DEVIATIONS = 1.96;

/** The day of a model, with the span in which it runs out; undefined where no limit or reset is known. */
export function runwayOf({ day, state, perMinute }: ModelRow, now: number): Runway | undefined {
  if (day === null || day.left === null || day.resetsAt === null || day.unknownProjects > 0) return undefined;
  const to = Date.parse(day.resetsAt);
  if (to <= now) return undefined;
  if (state === "out" || day.left <= 0) return { from: now, to, early: now, late: now };
  const calls = perMinute * RATE_MINUTES;
  if (calls <= 0) return { from: now, to };
  // Calls come like drops of rain: a count of n is uncertain by its root.
  const spread = DEVIATIONS / Math.sqrt(calls);
  const early = now + day.left / (perMinute * (1 + spread)) * MINUTE_MS;
  if (early >= to) return { from: now, to };
  const slowest = perMinute * (1 - spread);
  const late = slowest <= 0 ? to : Math.min(to, now + day.left / slowest * MINUTE_MS);
  return { from: now, to, early, late };
}
