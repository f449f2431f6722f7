import type { CapSchedule } from "../store/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";

/** The name under which the store's settings keep the schedule; the pool reads it there. */
export const CAP_SCHEDULE = "cap-schedule";

/** Midnight local time until the user sets something else. */
export async function capSchedule({ store }: Pick<AdminDeps, "store">): Promise<CapSchedule> {
  const record = await store.settings.get(CAP_SCHEDULE);
  const { resetTime, timezone } = record ?? {};
  return {
    resetTime: typeof resetTime === "string" && isTime(resetTime) ? resetTime : "00:00",
    timezone: typeof timezone === "string" && isTimezone(timezone) ? timezone : "local",
  };
}

export function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

/** True for `local` and for every zone that the platform knows. */
export function isTimezone(name: string): boolean {
  if (name === "local") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
