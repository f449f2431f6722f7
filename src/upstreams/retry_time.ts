import type { GoogleError } from "./google_error.ts";
import { delayInMessage, parseGoogleDuration } from "./google_duration.ts";

/** Weekly budgets are the longest that Google states; what goes beyond is taken for a mistake. */
const LONGEST_WAIT = 8 * 24 * 3_600_000;

/**
 * The time, in epoch milliseconds, at which Google says the call may work again; undefined when it says nothing. Of several
 * delays the longest counts, because the one in the message is finer than RetryInfo; after them the stamp, then Retry-After.
 */
export function retryTime(error: GoogleError, headers: Headers | undefined, now: number): number | undefined {
  const delays = [
    parseGoogleDuration(error.retryDelay ?? ""),
    parseGoogleDuration(error.metadata["quotaResetDelay"] ?? ""),
    delayInMessage(error.message),
  ].filter((delay) => delay !== undefined);
  const at = delays.length > 0
    ? now + Math.max(...delays)
    : stampedTime(error, now) ?? headerTime(headers, now);
  return at === undefined ? undefined : Math.min(at, now + LONGEST_WAIT);
}

function stampedTime(error: GoogleError, now: number): number | undefined {
  const stamp = Date.parse(error.metadata["quotaResetTimeStamp"] ?? "");
  return Number.isNaN(stamp) || stamp <= now ? undefined : stamp;
}

function headerTime(headers: Headers | undefined, now: number): number | undefined {
  const value = headers?.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return now + Math.ceil(Number(value) * 1_000);
  const date = Date.parse(value);
  return Number.isNaN(date) || date <= now ? undefined : date;
}
