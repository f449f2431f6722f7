import assert from "node:assert/strict";
import type { Failure } from "../../../src/core/mod.ts";
import { anthropicMessages } from "../../../src/dialects/anthropic_messages/mod.ts";
import { failureOf } from "../../support/failure_of.ts";

const encode = (more: Partial<Failure>) => {
  const { status, body } = anthropicMessages.encodeFailure(failureOf(more), "req_1");
  return [status, (body.error as { type: string }).type];
};

Deno.test("an overloaded model is 529 overloaded_error", () => {
  assert.deepEqual(encode({ class: "overloaded", status: 503 }), [529, "overloaded_error"]);
  assert.deepEqual(encode({ class: "overloaded", status: 504 }), [504, "timeout_error"]);
  assert.deepEqual(encode({ class: "overloaded", status: 500 }), [500, "api_error"]);
});

Deno.test("a full context has the words that make Claude Code compact", () => {
  const { status, body } = anthropicMessages.encodeFailure(
    failureOf({
      class: "invalid_request",
      status: 400,
      code: "context_length_exceeded",
      message: "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).",
    }),
    "req_1",
  );
  assert.equal(status, 400);
  assert.deepEqual(body.error, {
    type: "invalid_request_error",
    message: "prompt is too long: 1250074 tokens > 1048576 maximum",
  });
});

Deno.test("messages : status and type agree by class", () => {
  assert.deepEqual(encode({ class: "credential_dead", status: 400 }), [401, "authentication_error"]);
  assert.deepEqual(encode({ class: "rate_limit", status: 429 }), [429, "rate_limit_error"]);
  assert.deepEqual(encode({ class: "quota", status: 429 }), [429, "rate_limit_error"]);
  assert.deepEqual(encode({ class: "model_gone", status: 404 }), [404, "not_found_error"]);
  assert.deepEqual(encode({ class: "region_blocked", status: 400 }), [403, "permission_error"]);
  assert.deepEqual(encode({ class: "not_on_tier", status: 429 }), [403, "permission_error"]);
  assert.deepEqual(encode({ class: "transport", status: 502 }), [502, "api_error"]);
  assert.deepEqual(encode({ class: "invalid_request", status: 400, code: "request_too_large" }), [
    413,
    "request_too_large",
  ]);
  assert.deepEqual(encode({ class: "invalid_request", status: 401 }), [401, "authentication_error"]);
  assert.deepEqual(encode({ class: "invalid_request", status: 404 }), [404, "not_found_error"]);
});

Deno.test("messages : secrets in a message are hidden", () => {
  const { body } = anthropicMessages.encodeFailure(
    failureOf({ message: "key AIzaSyA0123456789abcdefghijk" }),
    "r",
  );
  assert.equal(JSON.stringify(body).includes("AIzaSy"), false);
});

Deno.test("the request id is in body and header", () => {
  const { headers, body } = anthropicMessages.encodeFailure(failureOf({}), "req_1");
  assert.deepEqual(headers, { "request-id": "req_1" });
  assert.deepEqual(Object.keys(body), ["type", "error", "request_id"]);
  assert.equal(body.request_id, "req_1");
});
