const FORMAT = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
});

const HOUR_MS = 3_600_000;

/** How far Los Angeles is from UTC at that moment, in milliseconds (negative: behind). */
function offsetAt(at: number): number {
  const parts = new Map(FORMAT.formatToParts(at).map((part) => [part.type, Number(part.value)]));
  const number = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const wall = Date.UTC(
    number("year"),
    number("month") - 1,
    number("day"),
    number("hour"),
    number("minute"),
    number("second"),
  );
  return wall - Math.floor(at / 1000) * 1000;
}

/** The Pacific calendar day of that moment, as the epoch milliseconds at which it began. Daylight saving time is honoured. */
export function pacificDayStart(at: number): number {
  const wall = at + offsetAt(at);
  const wallMidnight = wall - (((wall % (24 * HOUR_MS)) + 24 * HOUR_MS) % (24 * HOUR_MS));
  const guess = wallMidnight - offsetAt(at);
  return wallMidnight - offsetAt(guess);
}

/** The next midnight in Los Angeles after that moment, in epoch milliseconds: 23, 24 or 25 hours after the last. */
export function nextPacificMidnight(at: number): number {
  // 30 hours after a day's start is always inside the next day, whether the day has 23, 24 or 25 hours.
  return pacificDayStart(pacificDayStart(at) + 30 * HOUR_MS);
}
