import type { Failure } from "../../src/core/mod.ts";

/** A failure of Google's, with what a test is about. */
export function failureOf(more: Partial<Failure>): Failure {
  return {
    class: "unknown",
    origin: "google",
    status: 500,
    message: "It failed.",
    cools: "nothing",
    ...more,
  };
}
