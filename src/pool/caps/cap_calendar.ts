import type { CapRecord, CapSchedule } from "../../store/contract.ts";

/** One window of a cap, in epoch milliseconds. */
export interface CapWindow {
  readonly startsAt: number;
  readonly endsAt: number;
}

const TIME_REGEXP = /^([01]?\d|2[0-3]):([0-5]\d)$/;

/**
 * The window that holds `now`. Days start at the reset time of the zone, weeks on Monday, months on the first; hours at the reset
 * time's minute. The calendar of the zone decides, so a day that loses or gains an hour is 23 or 25 hours long.
 */
export function capWindow(period: CapRecord["period"], schedule: CapSchedule, now: number): CapWindow {
  const zone = zoneOf(schedule.timezone);
  const [hour, minute] = timeOf(schedule.resetTime);
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(now)).toZonedDateTimeISO(zone);
  if (period === "hourly") return hourly(at, minute);
  let start = atTime(firstDay(at.toPlainDate(), period), hour, minute, zone);
  if (Temporal.ZonedDateTime.compare(start, at) > 0) {
    start = atTime(step(start.toPlainDate(), period, -1), hour, minute, zone);
  }
  const end = atTime(step(start.toPlainDate(), period, 1), hour, minute, zone);
  return { startsAt: start.epochMilliseconds, endsAt: end.epochMilliseconds };
}

/** The name under which the store counts what is taken of a cap in one of its windows. */
export function capSliceName(
  { model, unit, period }: Pick<CapRecord, "model" | "unit" | "period">,
  { startsAt }: CapWindow,
): string {
  return `cap ${model} ${unit} ${period} ${startsAt}`;
}

/** Hours are counted in real time, so that a repeated hour is two windows. */
function hourly(at: Temporal.ZonedDateTime, minute: number): CapWindow {
  const past = ((at.minute - minute + 60) % 60) * 60_000 + at.second * 1000 + at.millisecond;
  const startsAt = at.epochMilliseconds - past;
  return { startsAt, endsAt: startsAt + 3_600_000 };
}

function firstDay(date: Temporal.PlainDate, period: CapRecord["period"]): Temporal.PlainDate {
  if (period === "weekly") return date.subtract({ days: date.dayOfWeek - 1 });
  return period === "monthly" ? date.with({ day: 1 }) : date;
}

function step(date: Temporal.PlainDate, period: CapRecord["period"], by: 1 | -1): Temporal.PlainDate {
  if (period === "weekly") return date.add({ days: 7 * by });
  return period === "monthly" ? date.add({ months: by }) : date.add({ days: by });
}

function atTime(
  date: Temporal.PlainDate,
  hour: number,
  minute: number,
  timeZone: string,
): Temporal.ZonedDateTime {
  return date.toZonedDateTime({ timeZone, plainTime: new Temporal.PlainTime(hour, minute) });
}

function zoneOf(name: string): string {
  return name === "local" || name === "" ? Temporal.Now.timeZoneId() : name;
}

function timeOf(text: string): [number, number] {
  const [, hour = "0", minute = "0"] = TIME_REGEXP.exec(text) ?? [];
  return [Number(hour), Number(minute)];
}
