const HOUR = 3_600_000;

const PACIFIC = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
});

function pacificParts(at: number): Record<string, number> {
  return Object.fromEntries(PACIFIC.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
}

/**
 * The first midnight in America/Los_Angeles after `now`, both in epoch milliseconds: Google's daily quotas start again then.
 * Summer time is taken into account; at midnight itself the answer is the next one.
 */
export function nextPacificMidnight(now: number): number {
  const { year = 1970, month = 1, day = 1 } = pacificParts(now);
  const midnightUtc = Date.UTC(year, month - 1, day + 1);
  // The clocks change at 2 a.m., so midnight itself is always exactly one of these two.
  const inSummer = midnightUtc + 7 * HOUR;
  return pacificParts(inSummer)["hour"] === 0 ? inSummer : midnightUtc + 8 * HOUR;
}
