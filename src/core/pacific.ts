const ZONE = "America/Los_Angeles";

/** The last answer, valid from the time asked about until that midnight. */
let known = { from: Infinity, midnight: -Infinity };

/**
 * The first midnight in America/Los_Angeles after `now`, both in epoch milliseconds: Google's daily quotas start again then.
 * Summer time is taken into account; at midnight itself the answer is the next one.
 *
 * By `Temporal`: a first `Intl.DateTimeFormat` takes 10 ms of a start and 7 MiB that stay.
 */
export function nextPacificMidnight(now: number): number {
  if (now >= known.from && now < known.midnight) return known.midnight;
  const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(now)).toZonedDateTimeISO(ZONE)
    .toPlainDate();
  const midnight = today.add({ days: 1 }).toZonedDateTime(ZONE).epochMilliseconds;
  known = { from: now, midnight };
  return midnight;
}
