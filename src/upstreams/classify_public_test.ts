import assert from "node:assert/strict";
import fc from "fast-check";
import { nextPacificMidnight } from "../core/mod.ts";
import { classifyPublic } from "./classify_public.ts";

const NOW = Date.parse("2026-04-20T09:00:00Z");
const METRIC = "generativelanguage.googleapis.com/generate_content_free_tier_requests";

function classify(status: number, body: unknown, headers?: Headers) {
  return classifyPublic({
    status,
    body: typeof body === "string" ? body : JSON.stringify(body),
    model: "gemini-2.5-flash",
    now: NOW,
    ...(headers === undefined ? {} : { headers }),
  });
}

function google(code: number, status: string, message: string, details: readonly unknown[] = []) {
  return { error: { code, message, status, details } };
}

const type = (name: string) => `type.googleapis.com/google.rpc.${name}`;
const reason = (word: string, metadata = {}) => ({ "@type": type("ErrorInfo"), reason: word, metadata });
const retry = (retryDelay: string) => ({ "@type": type("RetryInfo"), retryDelay });

function exceeded(...violations: readonly (readonly [quotaId: string, quotaValue?: string])[]) {
  return {
    "@type": type("QuotaFailure"),
    violations: violations.map(([quotaId, quotaValue]) => ({
      quotaId,
      quotaMetric: METRIC,
      quotaDimensions: { model: "gemini-2.5-flash" },
      quotaValue,
    })),
  };
}

const RPM = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
const RPD = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
const TPM = "GenerateContentInputTokensPerModelPerMinute-FreeTier";

Deno.test("a limit per minute cools its bucket for the finer of the two delays", () => {
  const body = google(429, "RESOURCE_EXHAUSTED", "Please retry in 26.5s.", [
    exceeded([RPM, "10"]),
    retry("26s"),
  ]);
  const failure = classify(429, body);
  assert.equal(failure.class, "rate_limit");
  assert.equal(failure.scope, "bucket");
  assert.equal(failure.until, NOW + 26_500);
  assert.deepEqual(failure.limits, [{
    kind: "requests_per_minute",
    value: 10,
    quotaId: RPM,
    model: "gemini-2.5-flash",
  }]);
  assert.match(failure.message, /10 requests per minute.*gemini-2\.5-flash.*2026-04-20T09:00:26/);
});

Deno.test("a limit per minute without any delay cools for a minute, with Retry-After as long as it says", () => {
  const body = google(429, "RESOURCE_EXHAUSTED", "", [exceeded([TPM, "250000"])]);
  assert.equal(classify(429, body).until, NOW + 60_000);
  assert.equal(classify(429, body).limits?.[0]?.kind, "tokens_per_minute");
  assert.equal(classify(429, body, new Headers({ "retry-after": "7" })).until, NOW + 7_000);
});

Deno.test("the worst of several limits decides, and the short delay beside a daily one is not believed", () => {
  const body = google(429, "RESOURCE_EXHAUSTED", "Please retry in 5s.", [
    retry("5s"),
    exceeded([RPM, "10"], [TPM, "250000"], [RPD, "250"]),
  ]);
  const failure = classify(429, body);
  assert.equal(failure.class, "quota");
  assert.equal(failure.until, nextPacificMidnight(NOW));
  assert.deepEqual(failure.limits?.map(({ kind }) => kind), [
    "requests_per_day",
    "tokens_per_minute",
    "requests_per_minute",
  ]);
});

Deno.test("a limit of 0 beside others means that the model is not on the plan", () => {
  const body = google(429, "RESOURCE_EXHAUSTED", "", [exceeded([RPM, "10"], [RPD, "0"])]);
  assert.equal(classify(429, body).class, "not_on_tier");
  const stated = google(
    429,
    "RESOURCE_EXHAUSTED",
    `* Quota exceeded for metric: ${METRIC}, limit: 0, model: x\n`,
  );
  assert.equal(classify(429, stated).class, "not_on_tier");
});

Deno.test("a missing value is not taken for 0 when the message states it", () => {
  const message =
    `* Quota exceeded for metric: ${METRIC}, limit: 20, model: gemini-2.5-flash\nPlease retry in 3s.`;
  const failure = classify(429, google(429, "RESOURCE_EXHAUSTED", message, [exceeded([RPM])]));
  assert.equal(failure.class, "rate_limit");
  assert.equal(failure.limits?.[0]?.value, 20);
});

Deno.test("used-up prepaid credit rests the project, names no time and points to its billing", () => {
  const failure = classify(429, google(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."));
  assert.equal(failure.class, "quota");
  assert.equal(failure.scope, "project");
  assert.equal(failure.until, undefined);
  assert.match(failure.link ?? "", /^https:/);
});

Deno.test("a suspended consumer retires the key, and its own key in the body never gets out", () => {
  const key = "AIzaSyD-REALLOOKINGKEY0123456789abcdefgh";
  const words = `Permission denied: Consumer 'api_key:${key}' has been suspended.`;
  const failure = classify(
    403,
    google(403, "PERMISSION_DENIED", words, [
      reason("CONSUMER_SUSPENDED", { consumer: "projects/895908428397", containerInfo: `api_key:${key}` }),
      { "@type": type("LocalizedMessage"), locale: "en-US", message: words },
    ]),
  );
  assert.equal(failure.class, "credential_dead");
  const { project, ...shown } = failure;
  assert.equal(project, "projects/895908428397");
  assert.doesNotMatch(JSON.stringify(shown), /AIza|895908428397/);
});

Deno.test("a prompt that is too long names both numbers in the words agents look for", () => {
  const message = "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).";
  const failure = classify(400, google(400, "INVALID_ARGUMENT", message));
  assert.equal(failure.code, "context_length_exceeded");
  assert.match(failure.message, /maximum context length is 1048576 tokens.*resulted in 1250074 tokens/);
  assert.equal(failure.scope, "request");
});

Deno.test("a payload that is too large is 413 whatever status Google gives it", () => {
  const large = classify(
    400,
    google(400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes."),
  );
  assert.equal(large.status, 413);
  assert.equal(large.code, "request_too_large");
  assert.equal(classify(413, "<html>413</html>").code, "request_too_large");
});

const CURES: readonly (readonly [message: string, repair: unknown])[] = [
  [`Invalid JSON payload received. Unknown name "topQ" at 'generation_config': Cannot find field.`, {
    kind: "drop_field",
    field: "generation_config.topQ",
  }],
  [`Invalid JSON payload received. Unknown name "serviceTier": Cannot find field.`, {
    kind: "drop_field",
    field: "serviceTier",
  }],
  [`Unknown name "parametersJsonSchema" at 'tools[0].function_declarations[0]': Cannot find field.`, {
    kind: "plain_schema",
  }],
  ["Penalty is not enabled for models/gemini-2.5-flash", { kind: "no_penalties" }],
  ["Logprobs is not enabled for models/gemini-2.5-pro", { kind: "no_logprobs" }],
  ["Corrupted thought signature.", { kind: "dummy_signatures" }],
  ["Invalid thought signature.", { kind: "dummy_signatures" }],
  ["Invalid value at 'contents[1].parts[0].thought_signature' (TYPE_BYTES), \"%\"", {
    kind: "dummy_signatures",
  }],
  ["Function calling with a response mime type: 'application/json' is unsupported", {
    kind: "no_json_with_tools",
  }],
  ["Request contains an invalid argument.", { kind: "drop_schema_bounds" }],
  ["Budget 0 is invalid. This model only works in thinking mode.", {
    kind: "clamp_thinking",
    text: "Budget 0 is invalid. This model only works in thinking mode.",
  }],
  ["Thinking level is not supported for this model.", { kind: "no_thinking" }],
  ["Please use a valid role: user, model.", undefined],
  ["Multiple candidates is not enabled for this model", undefined],
];

Deno.test("each 400 that has a known repair carries it, and no other does", () => {
  for (const [message, repair] of CURES) {
    const failure = classify(400, google(400, "INVALID_ARGUMENT", message));
    assert.equal(failure.class, "invalid_request", message);
    assert.deepEqual(failure.repair, repair, message);
  }
});

Deno.test("a bad request names the field that Google names", () => {
  const detail = {
    "@type": type("BadRequest"),
    fieldViolations: [{ field: "contents[0].role", description: "x" }],
  };
  const failure = classify(400, google(400, "INVALID_ARGUMENT", "Please use a valid role.", [detail]));
  assert.equal(failure.param, "contents[0].role");
});

Deno.test("words of a caller that Google repeats do not retire a key", () => {
  const echoed =
    `Invalid value at 'contents': "Your API key was reported as leaked, consumer has been suspended"`;
  assert.equal(classify(400, google(400, "INVALID_ARGUMENT", echoed)).class, "invalid_request");
});

Deno.test("bodies that no API wrote blame no key", () => {
  assert.equal(classify(502, "<html><b>Error 502 (Server Error)!!1</b></html>").class, "overloaded");
  assert.equal(classify(502, "<html>502</html>").scope, "model");
  assert.doesNotMatch(classify(502, "<html>502</html>").message, /</);
  assert.equal(classify(503, "").scope, "model");
  assert.equal(classify(429, "slow down").class, "ambiguous_429");
  assert.equal(classify(403, "Forbidden").class, "unknown");
  assert.equal(classify(404, "<html>not found</html>").class, "unknown");
  const robots = classify(429, "<html>We're sorry... your computer may be sending automated queries</html>");
  assert.equal(robots.class, "region_blocked");
});

Deno.test("files and caches that are gone or foreign are the caller's matter", () => {
  const gone = classify(404, google(404, "NOT_FOUND", "CachedContent not found (or permission denied)"));
  assert.equal(gone.class, "invalid_request");
  const words = "You do not have permission to access the File abc or it may not exist.";
  const foreign = classify(403, google(403, "PERMISSION_DENIED", words));
  assert.equal(foreign.class, "invalid_request");
  assert.equal(foreign.scope, "request");
});

Deno.test("a key without the API or with restrictions is retired with a page that names no project", () => {
  const words = "Generative Language API has not been used in project 123456789 before or it is disabled.";
  const activationUrl = "https://console.developers.google.com/apis/api/x/overview?project=123456789";
  const failure = classify(
    403,
    google(403, "PERMISSION_DENIED", words, [
      reason("SERVICE_DISABLED", { consumer: "projects/123456789", activationUrl }),
    ]),
  );
  assert.equal(failure.class, "credential_dead");
  const { project: _project, ...shown } = failure;
  assert.doesNotMatch(JSON.stringify(shown), /123456789/);
});

Deno.test("whatever comes, there is an answer, it shows no key, and the unknown cools nothing", () => {
  const key = "AIzaSyD-REALLOOKINGKEY0123456789abcdefgh";
  const statuses = fc.integer({ min: 400, max: 599 });
  const bodies = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ message: fc.string(), status: fc.string(), details: fc.array(fc.jsonValue()) }).map((error) =>
      JSON.stringify({ error: { ...error, message: `${error.message} ${key}` } })
    ),
  );
  fc.assert(fc.property(statuses, bodies, (status, body) => {
    const failure = classify(status, body);
    assert.ok(!JSON.stringify(failure).includes(key));
    if (failure.class === "unknown") assert.equal(failure.scope, "request");
    if (failure.class === "ambiguous_429") assert.ok(failure.stated !== true);
  }));
});

Deno.test("a refusal of a request that names a file or a cache is about that, and closes nothing", () => {
  const body = JSON.stringify(google(404, "NOT_FOUND", "Requested entity was not found."));
  const input = { status: 404, body, model: "gemini-2.5-flash", operation: "resource", now: NOW } as const;
  const of = (
    { class: name, scope, status, code }: ReturnType<typeof classifyPublic>,
  ) => [name, scope, status, code];
  assert.deepEqual(of(classifyPublic({ ...input, named: true })), [
    "invalid_request",
    "request",
    404,
    "not_found",
  ]);
  const forbidden = { ...input, named: true, status: 403 };
  const said = JSON.stringify(google(403, "PERMISSION_DENIED", "You do not have permission to access it."));
  assert.equal(classifyPublic({ ...forbidden, body: said }).class, "invalid_request");
  const limited = JSON.stringify(google(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted."));
  assert.notEqual(
    classifyPublic({ ...input, named: true, status: 429, body: limited }).class,
    "invalid_request",
  );
});
