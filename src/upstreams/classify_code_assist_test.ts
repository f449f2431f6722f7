import assert from "node:assert/strict";
import { classifyCodeAssist } from "./classify_code_assist.ts";
import { classifyTokenRefusal } from "./classify_token_refusal.ts";

const NOW = Date.parse("2026-04-20T09:00:00Z");
const CLIENT = "681255809395";

interface Info {
  readonly reason: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly links?: readonly string[];
}

function classify(
  status: number,
  message: string,
  info?: Info,
  source: "antigravity" | "gemini_cli" = "antigravity",
) {
  const details = info === undefined ? [] : [
    { "@type": "type.googleapis.com/google.rpc.ErrorInfo", ...info },
    { "@type": "type.googleapis.com/google.rpc.Help", links: info.links?.map((url) => ({ url })) ?? [] },
  ];
  const body = JSON.stringify({ error: { code: status, message, status: "X", details } });
  return classifyCodeAssist({ status, body, model: "gemini-3.1-pro", now: NOW }, source, CLIENT);
}

Deno.test("a used-up budget cools the group on Antigravity and the bucket on the CLI, until its stamp", () => {
  const info = { reason: "QUOTA_EXHAUSTED", metadata: { quotaResetTimeStamp: "2026-04-21T09:00:00Z" } };
  const failure = classify(429, "You have exhausted your capacity on this model.", info);
  assert.equal(failure.class, "quota");
  assert.equal(failure.scope, "bucket");
  assert.equal(failure.until, Date.parse("2026-04-21T09:00:00Z"));
  assert.equal(classify(429, "", info, "gemini_cli").scope, "bucket");
  assert.equal(classify(429, "", { reason: "QUOTA_EXHAUSTED" }).until, undefined);
});

Deno.test("a rate without a delay cools the bucket for half a minute", () => {
  const failure = classify(429, "", { reason: "RATE_LIMIT_EXCEEDED" });
  assert.equal(failure.class, "rate_limit");
  assert.equal(failure.until, NOW + 30_000);
});

Deno.test("capacity is told by its reason under 429 as under 503", () => {
  for (const status of [429, 503]) {
    const failure = classify(status, "", { reason: "MODEL_CAPACITY_EXHAUSTED" });
    assert.equal(failure.class, "overloaded");
    assert.equal(failure.scope, "model");
  }
});

Deno.test("an account to be verified or banned is off, with the link to its page", () => {
  const verify = classify(403, "Verify your account", {
    reason: "VALIDATION_REQUIRED",
    links: ["https://accounts.google.com/verify"],
  });
  assert.equal(verify.class, "credential_dead");
  assert.equal(verify.link, "https://accounts.google.com/verify");
  const banned = classify(403, "", {
    reason: "TOS_VIOLATION",
    metadata: { appeal_url: "https://forms.gle/appeal" },
  });
  assert.equal(banned.code, "account_banned");
  assert.equal(banned.link, "https://forms.gle/appeal");
  const script = classify(403, "", { reason: "VALIDATION_REQUIRED", links: ["javascript:alert(1)"] });
  assert.equal(script.link, undefined);
  const words = "This service has been disabled in this account for violation of Terms of Service.";
  assert.equal(classify(403, words).code, "account_banned");
});

Deno.test("an API off in the client's own project stops the source; in another project it is looked up again", () => {
  const metadata = (consumer: string) => ({
    service: "cloudcode-pa.googleapis.com",
    consumer: `projects/${consumer}`,
  });
  const own = classify(403, "", { reason: "SERVICE_DISABLED", metadata: metadata(CLIENT) });
  assert.equal(own.class, "misconfigured");
  assert.equal(own.scope, "source");
  const other = classify(403, "", { reason: "SERVICE_DISABLED", metadata: metadata("fluted-text-1") });
  assert.equal(other.class, "credential_stale");
  assert.doesNotMatch(JSON.stringify([own, other]), /681255809395|fluted/);
});

Deno.test("an old token is refreshed, and an old client stops the source even with 200", () => {
  assert.equal(classify(401, "Request had invalid authentication credentials.").class, "credential_stale");
  const text = "This version of Antigravity is no longer supported. Please upgrade.";
  assert.equal(classify(503, text).class, "misconfigured");
  const in200 = classifyCodeAssist({ status: 200, body: text, model: "m", now: NOW }, "antigravity");
  assert.equal(in200.class, "misconfigured");
});

Deno.test("an unknown model is locked on this account alone", () => {
  const failure = classify(404, "Requested entity was not found.");
  assert.equal(failure.class, "model_gone");
  assert.equal(failure.scope, "credential_model");
  assert.equal(failure.code, "model_not_found");
});

Deno.test("a Claude model's own error is read out of the message", () => {
  const inner = {
    type: "error",
    error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
  };
  const failure = classify(400, JSON.stringify(inner));
  assert.equal(failure.code, "context_length_exceeded");
  assert.match(failure.message, /200000 tokens.*210000 tokens/);
});

Deno.test("the token endpoint's refusals retire the account or the client", () => {
  const refusal = (status: number, body: string) =>
    classifyTokenRefusal({ status, body, model: "", now: NOW }, "gemini_cli");
  const revoked = refusal(
    400,
    JSON.stringify({ error: "invalid_grant", error_description: "Token has been revoked." }),
  );
  assert.equal(revoked.class, "credential_dead");
  assert.equal(refusal(401, JSON.stringify({ error: "invalid_client" })).scope, "source");
  assert.equal(refusal(503, "").class, "overloaded");
  assert.equal(refusal(400, "{").class, "unknown");
});
