import assert from "node:assert/strict";
import type { FailureClass, FailureScope, SourceName } from "../../src/core/mod.ts";
import { classifyCodeAssist, classifyTokenRefusal } from "../../src/upstreams/mod.ts";

const SHARED = Deno.env.get("GEMINITRO_SHARED") ?? "../shared";
const NOW = Date.parse("2026-04-20T09:00:00Z");
const CLIENT_PROJECT = "681255809395";

interface Example {
  readonly api: string;
  readonly category: string;
  readonly http_status: number;
  readonly body: unknown;
}

/** What a user is told for each recorded body of the OAuth sources. */
const SENTENCES: Readonly<Record<string, RegExp>> = {
  quota_exhausted_weekly: /quota for the model .* is used up until 20\d\d-/,
  quota_exhausted_individual: /quota for the model .* is used up until 20\d\d-/,
  model_capacity: /no free capacity for the model/,
  bare_429: /named no limit/,
  service_disabled_project: /switched off in this account's project; the project is looked up/,
  permission_denied_user_agent: /may not make this call.*half an hour/,
  daily_quota_2025_style: /requests per day .* is used up on this key until/,
  vertex_style_429: /named no limit/,
  missing_thought_signature: /thought_signature/,
  claude_bad_signature: /Invalid `signature` in `thinking` block/,
  rate_limit_short: /is used up on this key until/,
};

const examples: readonly Example[] | undefined = await Deno.readTextFile(`${SHARED}/errors/real_errors.json`)
  .then((text) => JSON.parse(text), () => undefined);
if (examples === undefined) {
  console.log(`Skipped: no recorded errors in ${SHARED}; set GEMINITRO_SHARED to their folder.`);
}

Deno.test({
  name: "every recorded body of the OAuth sources has its sentence for the user",
  ignore: examples === undefined,
  fn() {
    const mine = (examples ?? []).filter((one) => one.api === "antigravity" || one.api === "gemini-cli");
    assert.ok(mine.length >= 12);
    for (const { api, category, http_status: status, body } of mine) {
      const input = { status, body: JSON.stringify(body), model: "gemini-2.5-pro", now: NOW };
      const failure = classifyCodeAssist(
        input,
        api === "antigravity" ? "antigravity" : "gemini_cli",
        CLIENT_PROJECT,
      );
      const sentence = SENTENCES[category];
      assert.ok(sentence, `no sentence for ${category}`);
      assert.match(failure.message, sentence, category);
    }
  },
});

function google(code: number, reason: string, metadata: Record<string, string>, message = "No.") {
  const info = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, metadata };
  return JSON.stringify({ error: { code, message, status: "PERMISSION_DENIED", details: [info] } });
}

const SERVICE = "cloudcode-pa.googleapis.com";

/** Bodies that the recordings lack: status, body, class, scope, code, words, and a link. */
const MORE:
  readonly (readonly [string, number, string, FailureClass, FailureScope, string, RegExp, RegExp?])[] = [
    [
      "the OAuth client's own project is refused",
      403,
      google(403, "SERVICE_DISABLED", { consumer: `projects/${CLIENT_PROJECT}`, service: SERVICE }),
      "misconfigured",
      "source",
      "oauth_client_not_allowed",
      /OAUTH_CLIENT_ID/,
    ],
    [
      "a verification is wanted",
      403,
      google(403, "VALIDATION_REQUIRED", { validation_url: "https://accounts.google.com/v" }),
      "credential_dead",
      "account",
      "account_validation_required",
      /verify/,
      /accounts\.google\.com/,
    ],
    [
      "an account is banned",
      403,
      google(403, "TOS_VIOLATION", { appeal_url: "https://forms.gle/appeal" }),
      "credential_dead",
      "account",
      "account_banned",
      /pause your other accounts/,
      /appeal/,
    ],
    [
      "a link that is no web page is not shown",
      403,
      google(403, "VALIDATION_REQUIRED", { validation_url: "javascript:alert(1)" }),
      "credential_dead",
      "account",
      "account_validation_required",
      /verify/,
    ],
    [
      "a licence is missing",
      403,
      google(403, "SUBSCRIPTION_REQUIRED", {}),
      "credential_dead",
      "credential",
      "account_not_entitled",
      /subscription/,
    ],
    [
      "credits are used up",
      429,
      google(429, "INSUFFICIENT_G1_CREDITS_BALANCE", {}),
      "quota",
      "account",
      "rate_limit_exceeded",
      /credits/,
    ],
    [
      "the client's version is refused",
      503,
      google(503, "", {}, "This version of Antigravity is no longer supported. Please update."),
      "misconfigured",
      "source",
      "client_version_refused",
      /version/,
    ],
  ];

for (const [name, status, body, kind, scope, code, words, link] of MORE) {
  Deno.test(`classifyCodeAssist() when ${name}`, () => {
    const input = { status, body, model: "gemini-2.5-pro", now: NOW };
    const failure = classifyCodeAssist(input, "antigravity", CLIENT_PROJECT);
    assert.deepEqual([failure.class, failure.scope, failure.code], [kind, scope, code]);
    assert.match(failure.message, words);
    if (link === undefined) assert.equal(failure.link, undefined);
    else assert.match(failure.link ?? "", link);
  });
}

/** Answers of the token endpoint. */
const REFUSALS: readonly (readonly [number, unknown, SourceName, FailureClass, FailureScope, RegExp])[] = [
  [
    400,
    { error: "invalid_grant", error_description: "Token has been expired or revoked." },
    "antigravity",
    "credential_dead",
    "credential",
    /sign in again/,
  ],
  [
    400,
    { error: "invalid_grant", error_description: "Bad Request" },
    "gemini_cli",
    "credential_dead",
    "credential",
    /sign in again/,
  ],
  [
    400,
    { error: "invalid_grant", error_description: "Invalid JWT Signature." },
    "vertex",
    "credential_dead",
    "credential",
    /service account/,
  ],
  [
    400,
    {
      error: "invalid_grant",
      error_description:
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
    },
    "vertex",
    "misconfigured",
    "source",
    /clock/,
  ],
  [
    401,
    { error: "invalid_client", error_description: "Unauthorized" },
    "antigravity",
    "misconfigured",
    "source",
    /OAUTH_CLIENT_ID/,
  ],
  [
    401,
    { error: "unauthorized_client" },
    "antigravity",
    "credential_dead",
    "account",
    /another OAuth client/,
  ],
  [
    400,
    { error: "invalid_request", error_description: "client_secret is missing." },
    "antigravity",
    "misconfigured",
    "source",
    /OAUTH_CLIENT_SECRET/,
  ],
  [
    400,
    { error: { code: 400, status: "INVALID_GRANT", message: "Account has been deleted" } },
    "antigravity",
    "credential_dead",
    "credential",
    /sign in again/,
  ],
  [429, { error: "rate_limit_exceeded" }, "antigravity", "overloaded", "request", /no more refreshes/],
  [503, "backend error", "antigravity", "overloaded", "request", /fault of its own|free capacity/],
  [400, "<html>", "antigravity", "unknown", "request", /does not know/],
];

for (const [status, body, source, kind, scope, words] of REFUSALS) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  Deno.test(`classifyTokenRefusal() of ${status} ${text.slice(0, 60)} for ${source}`, () => {
    const failure = classifyTokenRefusal({ status, body: text, model: "", now: NOW }, source);
    assert.deepEqual([failure.class, failure.scope], [kind, scope]);
    assert.match(failure.message, words);
  });
}
