import assert from "node:assert/strict";
import {
  type Failure,
  type FailureClass,
  type FailureScope,
  nextPacificMidnight,
  redact,
} from "../../src/core/mod.ts";
import { classifyCodeAssist, classifyPublic } from "../../src/upstreams/mod.ts";

const SHARED = Deno.env.get("GEMINITRO_SHARED") ?? "../shared";
const NOW = Date.parse("2026-04-20T09:00:00Z");
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Class, what cools, and for how many milliseconds; `midnight` is the next one in Los Angeles. */
type Expected = readonly [FailureClass, FailureScope, (number | "midnight" | undefined)?];

const BY_CATEGORY: Readonly<Record<string, Expected>> = {
  quota_exhausted_weekly: ["quota", "bucket", 581_981_301],
  "quota_exhausted_individual gpt-oss-120b-medium": ["quota", "bucket", 256_527_792],
  "quota_exhausted_individual gemini-3.5-flash-low": ["quota", "bucket", 108 * HOUR + 48 * MINUTE + 29_000],
  model_capacity: ["overloaded", "model", 39_000],
  bare_429: ["ambiguous_429", "request"],
  "service_disabled_project antigravity": ["credential_stale", "credential"],
  "service_disabled_project gemini-cli": ["credential_stale", "credential"],
  permission_denied_user_agent: ["not_on_tier", "credential", 30 * MINUTE],
  daily_quota_2025_style: ["quota", "bucket", "midnight"],
  vertex_style_429: ["ambiguous_429", "credential_model"],
  missing_thought_signature: ["invalid_request", "request"],
  claude_bad_signature: ["invalid_request", "request"],
  per_day_requests: ["quota", "bucket", "midnight"],
  limit_zero_model: ["not_on_tier", "bucket"],
  limit_zero_model_all: ["not_on_tier", "bucket"],
  region_limit_zero: ["not_on_tier", "project"],
  api_key_invalid: ["credential_dead", "credential"],
  api_key_invalid_array: ["credential_dead", "credential"],
  api_key_not_found: ["credential_dead", "credential"],
  api_key_expired: ["credential_dead", "credential"],
  consumer_suspended: ["credential_dead", "project"],
  api_key_service_blocked: ["credential_dead", "credential"],
  no_key: ["misconfigured", "source", MINUTE],
  high_demand: ["overloaded", "model"],
  rate_limit_short: ["rate_limit", "bucket", 480],
};

const BY_RECORDING: Readonly<Record<string, Expected>> = {
  "400-api-key-expired": ["credential_dead", "credential"],
  "400-api-key-invalid": ["credential_dead", "credential"],
  "400-function-call-turn-order": ["invalid_request", "request"],
  "400-function-response-count": ["invalid_request", "request"],
  "400-location-unsupported": ["region_blocked", "egress"],
  "400-logprobs-not-enabled": ["invalid_request", "request"],
  "400-missing-thought-signature-array": ["invalid_request", "request"],
  "400-multiple-candidates": ["invalid_request", "request"],
  "400-part-without-data": ["invalid_request", "request"],
  "400-parts-empty": ["invalid_request", "request"],
  "400-schema-type-array": ["invalid_request", "request"],
  "400-unknown-schema-keyword": ["invalid_request", "request"],
  "403-api-key-leaked": ["credential_dead", "credential"],
  "403-no-key": ["misconfigured", "source", MINUTE],
  "429-per-day-requests": ["quota", "bucket", "midnight"],
  "429-region-limit-zero": ["not_on_tier", "project"],
  "500-internal": ["overloaded", "model"],
  "503-high-demand": ["overloaded", "model"],
  "503-overloaded-array": ["overloaded", "model"],
  "stream-custom-gemini-2.0-flash-chats-tests-sendmessage-send-messa-0": [
    "model_gone",
    "credential_model",
  ],
  "gen-this-model-does-not-exist-12345-cassettes-test-model-not-foun-0": [
    "model_gone",
    "credential_model",
  ],
  "stream-this-model-does-not-exist-12345-cassettes-test-model-not-f-0": [
    "model_gone",
    "credential_model",
  ],
  "count-nonexistent-model-testgoogle.test-count-tokens-error-0": ["model_gone", "credential_model"],
  "embed-nonexistent-model-testgoogle.test-embed-error-0": ["model_gone", "credential_model"],
  "gen-gemini-2.5-flash-chat-error-handling-with-gemini-gemini-2-5-f-0": ["credential_dead", "credential"],
};

const HEALED: Readonly<Record<string, string>> = {
  "400-logprobs-not-enabled": "no_logprobs",
  "400-missing-thought-signature-array": "dummy_signatures",
  "400-schema-type-array": "plain_schema",
  "400-unknown-schema-keyword": "plain_schema",
  missing_thought_signature: "dummy_signatures",
  claude_bad_signature: "no_old_thoughts",
};

interface Example {
  readonly api: string;
  readonly category: string;
  readonly http_status: number;
  readonly body: unknown;
}

interface Recording {
  readonly request: { readonly url_path: string };
  readonly response: { readonly status: number; readonly body_text: string };
}

const present = await exists(`${SHARED}/errors/real_errors.json`);
if (!present) console.log(`Skipped: no recorded errors in ${SHARED}; set GEMINITRO_SHARED to their folder.`);

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

/** Two categories hold unlike bodies; they are told apart by model or API. */
function expectedOf({ category, api, body }: Example): Expected | undefined {
  const text = JSON.stringify(body);
  const model = /"model":"([^"]+)"/.exec(text)?.[1];
  return BY_CATEGORY[category] ?? BY_CATEGORY[`${category} ${model}`] ?? BY_CATEGORY[`${category} ${api}`];
}

function classify({ api, http_status: status, body }: Example): Failure {
  const input = { status, body: JSON.stringify(body), model: "gemini-2.5-flash", now: NOW };
  if (api === "gemini-api-key") return classifyPublic(input);
  return classifyCodeAssist(input, api === "antigravity" ? "antigravity" : "gemini_cli", "681255809395");
}

function assertFailure(failure: Failure, [kind, scope, wait]: Expected, name: string): void {
  assert.equal(failure.class, kind, name);
  assert.equal(failure.scope, scope, name);
  const until = wait === "midnight" ? nextPacificMidnight(NOW) : wait === undefined ? undefined : NOW + wait;
  assert.equal(failure.until, until, name);
  assert.equal(failure.repair?.kind, HEALED[name], name);
}

/** Keys, project numbers, project names and markup never leave, in any field. */
function assertSafe(failure: Failure, name: string): void {
  const { limits: _limits, project: _project, ...shown } = failure;
  const text = JSON.stringify(shown);
  assert.equal(redact(text), text, name);
  assert.doesNotMatch(
    text,
    /projects?[/:=_ ]?(number)?[:/]?\d{6,}|fluted-text|sciortino|ORIGINAL ERROR|<html|api_key:(?!\[redacted\])/i,
    name,
  );
  assert.ok(failure.message.length > 20 && failure.message.length < 400, name);
}

Deno.test({
  name: "every recorded error body ends in its class, scope and time, without a secret",
  ignore: !present,
  async fn() {
    const examples: readonly Example[] = JSON.parse(
      await Deno.readTextFile(`${SHARED}/errors/real_errors.json`),
    );
    assert.ok(examples.length >= 26);
    for (const example of examples) {
      const expected = expectedOf(example);
      assert.ok(expected, `no row for ${example.category}`);
      const failure = classify(example);
      assertFailure(failure, expected, example.category);
      assertSafe(failure, example.category);
    }
  },
});

async function* errorRecordings(): AsyncGenerator<readonly [string, Recording]> {
  const folder = `${SHARED}/recordings`;
  for await (const source of Deno.readDir(folder)) {
    if (!source.isDirectory || source.name.startsWith("openai-anthropic")) continue;
    for await (const file of Deno.readDir(`${folder}/${source.name}`)) {
      const recording: Recording = JSON.parse(
        await Deno.readTextFile(`${folder}/${source.name}/${file.name}`),
      );
      if (recording.response.status >= 400) yield [file.name.replace(/\.json$/, ""), recording];
    }
  }
}

Deno.test({
  name: "every recorded error reply ends in its class, scope and time, without a secret",
  ignore: !present,
  async fn() {
    const seen = new Set<string>();
    for await (const [name, { request, response }] of errorRecordings()) {
      const expected = BY_RECORDING[name];
      assert.ok(expected, `no row for ${name}`);
      const model = /models\/([^:]+):/.exec(request.url_path)?.[1] ?? "gemini-2.5-flash";
      const failure = classifyPublic({ status: response.status, body: response.body_text, model, now: NOW });
      assertFailure(failure, expected, name);
      assertSafe(failure, name);
      seen.add(name);
    }
    assert.deepEqual([...seen].sort(), Object.keys(BY_RECORDING).sort());
  },
});

Deno.test({
  name: "a recorded error that breaks a stream off is classified by the status in its body",
  ignore: !present,
  async fn() {
    const path = `${SHARED}/recordings/github-issues/mid-stream-503-raw-json-after-sse-events.json`;
    const { response }: Recording = JSON.parse(await Deno.readTextFile(path));
    const body = response.body_text.slice(response.body_text.lastIndexOf("\n{") + 1).trim();
    const failure = classifyPublic({ status: response.status, body, model: "gemini-2.0-flash", now: NOW });
    assert.equal(failure.class, "overloaded");
    assert.equal(failure.status, 503);
  },
});
