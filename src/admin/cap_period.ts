import type { CapRecord, CapSchedule } from "../store/mod.ts";

export interface Period {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
}

const HOUR_MS = 3_600_000;

/**
 * The running period of a cap: hours begin at the full hour; days, weeks (from Monday) and months (from the first) begin at the
 * schedule's time in its zone. Correct over changes of summer time.
 */
export function capPeriod(period: CapRecord["period"], schedule: CapSchedule, now: number): Period {
  if (period === "hourly") {
    const start = Math.floor(now / HOUR_MS) * HOUR_MS;
    return { start, end: start + HOUR_MS };
  }
  const zone = schedule.timezone === "local" ? undefined : schedule.timezone;
  const [hour = 0, minute = 0] = schedule.resetTime.split(":").map(Number);
  const today = dateIn(zone, now);
  const at = (days: number, months = 0) => {
    const day = Date.UTC(today.year, today.month - 1 + months, months === 0 && days === 0 ? today.day : days);
    return instantOf(zone, day + hour * HOUR_MS + minute * 60_000);
  };
  const dayAt = (offset: number) => at(today.day + offset);
  if (period === "daily") {
    return dayAt(0) <= now ? { start: dayAt(0), end: dayAt(1) } : { start: dayAt(-1), end: dayAt(0) };
  }
  if (period === "weekly") {
    const monday = -((today.weekday + 6) % 7);
    return dayAt(monday) <= now
      ? { start: dayAt(monday), end: dayAt(monday + 7) }
      : { start: dayAt(monday - 7), end: dayAt(monday) };
  }
  return at(1) <= now ? { start: at(1), end: at(1, 1) } : { start: at(1, -1), end: at(1) };
}

/** True when `Intl` knows the zone, or it is `local`. */
export function isTimezone(name: string): boolean {
  if (name === "local") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function dateIn(zone: string | undefined, instant: number) {
  const local = new Date(instant + offsetOf(zone, instant));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
  };
}

/** The instant at which clocks of the zone show `wall` (given as if it were UTC). */
function instantOf(zone: string | undefined, wall: number): number {
  const guess = wall - offsetOf(zone, wall);
  return wall - offsetOf(zone, guess);
}

const formats = new Map<string | undefined, Intl.DateTimeFormat>();

/** What clocks of the zone are ahead of UTC at an instant, in milliseconds. */
function offsetOf(zone: string | undefined, instant: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      ...(zone === undefined ? {} : { timeZone: zone }),
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const wall = Date.UTC(
    parts["year"] ?? 0,
    (parts["month"] ?? 1) - 1,
    parts["day"] ?? 1,
    parts["hour"] ?? 0,
    parts["minute"] ?? 0,
    parts["second"] ?? 0,
  );
  return wall - Math.floor(instant / 1_000) * 1_000;
}
