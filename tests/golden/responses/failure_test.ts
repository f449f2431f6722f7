import assert from "node:assert/strict";
import type { Failure } from "../../../src/core/mod.ts";
import { openaiResponses } from "../../../src/dialects/openai_responses/mod.ts";
import { failureOf } from "../../support/failure_of.ts";

const encode = (more: Partial<Failure>) => {
  const failure = failureOf(more);
  const { status, body } = openaiResponses.encodeFailure(failure, "req_1");
  const error = body.error as { type: string; code: string | null; param: string | null; message: string };
  assert.deepEqual(Object.keys(error), ["message", "type", "param", "code"]);
  return { status, ...error };
};

Deno.test("responses : status, type and code by class", () => {
  const words = (more: Partial<Failure>) => {
    const { status, type, code } = encode(more);
    return [status, type, code];
  };
  assert.deepEqual(words({ class: "credential_dead", status: 400 }), [
    401,
    "authentication_error",
    "invalid_api_key",
  ]);
  assert.deepEqual(words({ class: "rate_limit", status: 429 }), [
    429,
    "rate_limit_error",
    "rate_limit_exceeded",
  ]);
  assert.deepEqual(words({ class: "quota", status: 429 }), [429, "rate_limit_error", "rate_limit_exceeded"]);
  const out = { class: "quota", status: 429, code: "insufficient_quota" } as const;
  assert.deepEqual(words(out), [429, "insufficient_quota", "insufficient_quota"]);
  assert.deepEqual(words({ class: "overloaded", status: 503 }), [
    503,
    "server_error",
    "server_is_overloaded",
  ]);
  assert.deepEqual(words({ class: "model_gone", status: 404 }), [
    404,
    "invalid_request_error",
    "model_not_found",
  ]);
  assert.equal(encode({ class: "model_gone", status: 404 }).param, "model");
  assert.deepEqual(words({ class: "region_blocked", status: 400 }), [
    403,
    "permission_error",
    "unsupported_country_region_territory",
  ]);
  assert.deepEqual(words({ class: "invalid_request", status: 400, code: "request_too_large" }), [
    413,
    "invalid_request_error",
    "request_too_large",
  ]);
  assert.deepEqual(words({ class: "transport", status: 502 }), [502, "server_error", null]);
});

Deno.test("responses : a full context has OpenAI's words and code", () => {
  const made = encode({
    class: "invalid_request",
    status: 400,
    code: "context_length_exceeded",
    message: "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).",
  });
  assert.equal(made.code, "context_length_exceeded");
  assert.match(made.message, /maximum context length is 1048576 tokens.*resulted in 1250074 tokens/);
});

Deno.test("responses : secrets in a message are hidden", () => {
  assert.equal(encode({ message: "key AIzaSyA0123456789abcdefghijk" }).message.includes("AIzaSy"), false);
});
