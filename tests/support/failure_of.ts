import type { Failure } from "../../src/core/mod.ts";

/** A failure of Google's, with what a test is about. */
export function failureOf(more: Partial<Failure>): Failure {
  return {
    class: "unknown",
    status: 500,
    message: "It failed.",
    scope: "request",
    ...more,
  };
}

/** The refusal of a minute whose limit of requests it states. */
export function minuteRefusal(value: number, until: number): Failure {
  return failureOf({
    class: "rate_limit",
    status: 429,
    scope: "bucket",
    until,
    limits: [{ kind: "requests_per_minute", value }],
  });
}
