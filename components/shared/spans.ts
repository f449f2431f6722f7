const HOUR_MS = 3_600_000;

/** Spans that pages look back on, in milliseconds, by their name in the address. */
export const SPANS = {
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 7 * 24 * HOUR_MS,
  "30d": 30 * 24 * HOUR_MS,
} as const;

/** The names of the spans. */
export const spanNames = { "1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days" } as const;
