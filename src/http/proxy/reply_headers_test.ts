import assert from "node:assert/strict";
import type { Failure } from "../../core/mod.ts";
import { failureHeaders } from "./reply_headers.ts";

const NOW = 1_000_000;

function retryAfter(more: Partial<Failure>): string | undefined {
  const failure: Failure = {
    class: "rate_limit",
    status: 429,
    message: "No.",
    scope: "request",
    ...more,
  };
  return failureHeaders(failure, NOW)["retry-after"];
}

Deno.test("failureHeaders() tells when to come back after every passing failure, and after no other", () => {
  assert.equal(retryAfter({ until: NOW + 12_300 }), "13");
  assert.equal(retryAfter({}), "5");
  assert.equal(retryAfter({ class: "overloaded", status: 503, until: NOW - 1 }), "5");
  assert.equal(retryAfter({ class: "invalid_request", status: 400 }), undefined);
  assert.equal(retryAfter({ class: "misconfigured", status: 403 }), undefined);
});
