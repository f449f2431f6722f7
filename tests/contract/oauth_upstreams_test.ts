import assert from "node:assert/strict";
import { type Credential, type Failure, isObject, type OAuthCredential } from "../../src/core/mod.ts";
import {
  createSegmenter,
  createSseParser,
  type GeminiRequest,
  type TurnEvent,
} from "../../src/gemini/mod.ts";
import type { Upstream, UpstreamOperation } from "../../src/upstreams/mod.ts";
import { type OAuthBench, oauthBench } from "../e2e/oauth_fixture.ts";

type Source = OAuthCredential["source"];
const MINUTE = 60_000;
const HELLO: GeminiRequest = { contents: [{ role: "user", parts: [{ text: "Hello" }] }] };

async function account(bench: OAuthBench, source: Source = "antigravity"): Promise<Credential> {
  const added = await bench.addAccount("ada@example.com", 0, { source });
  const ready = await bench.oauth.ready(added, false);
  assert.ok(ready.ok, JSON.stringify(ready));
  return ready.value;
}

interface Asked {
  readonly upstream: Upstream;
  readonly model: string;
  readonly request?: GeminiRequest;
  readonly operation?: UpstreamOperation;
  readonly host?: number;
}

/** Sends one built request to the fakes and reads the answer as the relay does. */
async function ask(bench: OAuthBench, credential: Credential, asked: Asked) {
  const { upstream, model } = asked;
  // As the relay does: whole turns are asked for as streams where the source wants that.
  const whole = (asked.operation ?? "generate") === "generate";
  const operation = whole && upstream.alwaysStreams === true ? "stream" : asked.operation ?? "generate";
  const built = upstream.build({
    operation,
    model,
    request: asked.request ?? HELLO,
    host: asked.host ?? 0,
    requestId: "req1",
    session: "a session",
  }, credential);
  const response = await fetch(built.url, {
    method: built.method,
    headers: built.headers,
    ...(built.body === undefined ? {} : { body: built.body }),
  });
  if (!response.ok) {
    const { status, headers } = response;
    const input = { status, headers, body: await response.text(), model, now: bench.clock.now() };
    return { failure: upstream.classifyFailure(input), events: [] };
  }
  return operation === "stream"
    ? await readStream(bench, upstream, model, response)
    : await readWhole(bench, upstream, model, response);
}

async function readStream(bench: OAuthBench, upstream: Upstream, model: string, response: Response) {
  const parser = createSseParser();
  const payloads: string[] = [];
  for await (const bytes of response.body ?? []) payloads.push(...parser.push(bytes));
  payloads.push(...parser.end());
  return segmented(bench, upstream, model, payloads);
}

async function readWhole(bench: OAuthBench, upstream: Upstream, model: string, response: Response) {
  return segmented(bench, upstream, model, [await response.text()]);
}

function segmented(bench: OAuthBench, upstream: Upstream, model: string, payloads: readonly string[]) {
  let minted = 0;
  const segmenter = createSegmenter({ newId: (prefix) => `${prefix}${++minted}` });
  const events: TurnEvent[] = payloads.flatMap((text) => segmenter.push(upstream.unwrap(JSON.parse(text))));
  const { error } = segmenter;
  const failure: Failure | undefined = error &&
    upstream.classifyFailure({ status: error.status, body: error.body, model, now: bench.clock.now() });
  const end = segmenter.end();
  return { failure, events: end.ok ? [...events, ...end.events] : events };
}

function textOf(events: readonly TurnEvent[]): string {
  return events.map((event) => event.type === "text-delta" ? event.text : "").join("");
}

const CASES = [
  ["antigravity", "gemini-3.6-flash-high", "Served by daily with gemini-3.6-flash-high für project-of-ada."],
  ["antigravity", "claude-sonnet-4-6", "Served by daily with claude-sonnet-4-6 für project-of-ada."],
  ["gemini_cli", "gemini-2.5-pro", "Served by cli with gemini-2.5-pro für project-of-ada."],
] as const;

for (const [source, model, text] of CASES) {
  Deno.test(`${source} answers ${model}, whole and streamed`, async () => {
    await using bench = await oauthBench();
    const credential = await account(bench, source);
    const upstream = bench.upstreams.get(source)!;
    for (const operation of ["generate", "stream"] as const) {
      const { failure, events } = await ask(bench, credential, { upstream, model, operation });
      assert.equal(failure, undefined);
      assert.equal(textOf(events), text);
      assert.equal(events.at(-1)?.type, "turn-end");
      assert.ok(events.some((event) => event.type === "usage" && event.usage.totalTokens === 21));
    }
  });
}

Deno.test("requests carry nothing but what the service takes, and no credits are opted into", async () => {
  await using bench = await oauthBench();
  const credential = await account(bench);
  const upstream = bench.upstreams.get("antigravity")!;
  const request: GeminiRequest = {
    ...HELLO,
    serviceTier: "flex",
    cachedContent: "cachedContents/x",
    safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
    systemInstruction: { parts: [{ text: "Be brief." }] },
    tools: [{ functionDeclarations: [{ name: "look" }] }, { googleSearch: {} }, {
      functionDeclarations: [{ name: "read" }],
    }],
  };
  const { failure } = await ask(bench, credential, { upstream, model: "gemini-pro-agent", request });
  assert.equal(failure, undefined);
  const sent = bench.simulator.log.findLast((entry) => /enerateContent$/.test(entry.path));
  assert.deepEqual(Object.keys(sent?.headers ?? {}).filter((name) => name.startsWith("x-")), []);
  assert.match(sent?.headers["user-agent"] ?? "", /^antigravity\/.*geminitro$/);
});

const AWKWARD = {
  type: "object",
  additionalProperties: false,
  $defs: {
    place: { type: "object", properties: { city: { type: "string", minLength: 1 } }, required: ["city"] },
  },
  properties: {
    title: { type: "string", pattern: "^a", format: "uri" },
    place: { $ref: "#/$defs/place" },
    either: { anyOf: [{ type: "null" }, { type: "object", properties: { a: { const: "x" } } }] },
    many: { type: "array", minItems: 1, items: { type: ["integer", "null"], minimum: 3 } },
    kind: { enum: ["a", "b"], default: "a" },
  },
  required: ["title", "absent"],
};

for (const model of ["gemini-pro-agent", "claude-sonnet-4-6"]) {
  Deno.test(`schemas are cleaned to Antigravity's for ${model}, and constraints told in words`, async () => {
    await using bench = await oauthBench();
    const credential = await account(bench);
    const upstream = bench.upstreams.get("antigravity")!;
    const tools = [{
      functionDeclarations: [{ name: "look", parametersJsonSchema: AWKWARD }, { name: "now" }],
    }];
    const { failure } = await ask(bench, credential, { upstream, model, request: { ...HELLO, tools } });
    assert.equal(failure, undefined, failure?.message ?? "");
    const sent = JSON.stringify(bench.simulator.log.at(-1)?.body);
    assert.match(sent, /"title":\{/, "a property that is named like a keyword stays");
    assert.match(sent, /minItems: 1/);
    assert.match(sent, /"city"/);
  });
}

Deno.test("a Claude tool loop goes round: the call is paired, thoughts keep their signature, the placeholder is gone", async () => {
  await using bench = await oauthBench();
  const credential = await account(bench);
  const upstream = bench.upstreams.get("antigravity")!;
  const base: GeminiRequest = {
    contents: [{ role: "user", parts: [{ text: "please call look" }] }],
    tools: [{ functionDeclarations: [{ name: "look", parametersJsonSchema: { type: "object" } }] }],
    toolConfig: { functionCallingConfig: { mode: "ANY" } },
    generationConfig: {
      temperature: 0.3,
      maxOutputTokens: 3_000,
      thinkingConfig: { thinkingBudget: 8_192, includeThoughts: true },
    },
  };
  const first = await ask(bench, credential, {
    upstream,
    model: "claude-sonnet-4-6",
    request: base,
    operation: "stream",
  });
  const call = first.events.find((event) => event.type === "tool-call");
  assert.ok(call?.type === "tool-call" && call.upstreamId && call.id === "toolu_vrtx_sim1");
  const thought = first.events.find((event) => event.type === "thought-delta");
  assert.ok(thought?.type === "thought-delta" && (thought.signature?.length ?? 0) > 50);
  const sent = bench.simulator.log.at(-1)?.body;
  assert.ok(isObject(sent) && isObject(sent["request"]));
  const config = sent["request"]["generationConfig"];
  assert.deepEqual(config, {
    maxOutputTokens: 3_000,
    thinkingConfig: { includeThoughts: true, thinkingBudget: 2_999 },
  });

  const answered = (withThought: boolean): GeminiRequest => ({
    ...base,
    contents: [
      ...base.contents,
      {
        role: "model",
        parts: [
          withThought
            ? { text: thought.text, thought: true, thoughtSignature: thought.signature ?? "" }
            : { text: "unsigned", thought: true },
          {
            functionCall: { id: call.id, name: "look", args: {} },
            thoughtSignature: "skip_thought_signature_validator",
          },
        ],
      },
      { role: "user", parts: [{ functionResponse: { id: call.id, name: "look", response: { ok: true } } }] },
    ],
  });
  for (const withThought of [true, false]) {
    const next = await ask(bench, credential, {
      upstream,
      model: "claude-sonnet-4-6",
      request: answered(withThought),
    });
    assert.equal(next.failure, undefined, next.failure?.message ?? "");
    const body = JSON.stringify(bench.simulator.log.at(-1)?.body);
    assert.equal(
      body.includes("thinkingConfig"),
      withThought,
      "without its thoughts a loop goes on without thinking",
    );
    assert.ok(!body.includes("skip_thought_signature_validator"));
  }
  const prefill = {
    ...HELLO,
    contents: [...HELLO.contents, { role: "model" as const, parts: [{ text: "Sure" }] }],
  };
  assert.equal(
    (await ask(bench, credential, { upstream, model: "claude-sonnet-4-6", request: prefill })).failure,
    undefined,
  );
});

Deno.test("the placeholder of an empty schema never reaches the caller's arguments", () => {
  const reply = (args: Record<string, unknown>) => ({
    response: { candidates: [{ content: { parts: [{ functionCall: { name: "look", args } }] } }] },
  });
  return oauthBench().then(async (bench) => {
    await using _ = bench;
    const upstream = bench.upstreams.get("antigravity")!;
    const clean = upstream.unwrap(reply({ _placeholder: true, kept: 1 }));
    assert.deepEqual(clean, {
      candidates: [{ content: { parts: [{ functionCall: { name: "look", args: { kept: 1 } } }] } }],
    });
  });
});

Deno.test("a refused version becomes the configuration's fault, and a model's own words never do", async () => {
  await using bench = await oauthBench();
  const credential = await account(bench);
  const upstream = bench.upstreams.get("antigravity")!;
  bench.simulator.control.setVersionFloor("9.0.0");
  for (const operation of ["generate", "stream"] as const) {
    const { failure } = await ask(bench, credential, { upstream, model: "gemini-pro-agent", operation });
    assert.deepEqual([failure?.class, failure?.scope, failure?.code], [
      "misconfigured",
      "source",
      "client_version_refused",
    ]);
  }
  const text =
    "This version of Antigravity is no longer supported. Please update to receive the latest features.";
  const spoken = {
    candidates: [{ content: { parts: [{ text }] } }],
    usageMetadata: { candidatesTokenCount: 18 },
  };
  assert.deepEqual(upstream.unwrap({ response: spoken }), spoken);
});

Deno.test("tokens are counted where the service can", async () => {
  await using bench = await oauthBench();
  for (
    const [source, model] of [["antigravity", "gemini-pro-agent"], ["gemini_cli", "gemini-2.5-pro"]] as const
  ) {
    const credential = await account(bench, source);
    const built = bench.upstreams.get(source)!.build({
      operation: "count_tokens",
      model,
      request: { ...HELLO, systemInstruction: { parts: [{ text: "Be brief." }] } },
      host: 0,
      requestId: "req1",
      session: "s",
    }, credential);
    const response = await fetch(built.url, {
      method: "POST",
      headers: built.headers,
      body: String(built.body),
    });
    const reply = bench.upstreams.get(source)!.unwrap(await response.json());
    assert.ok(isObject(reply) && Number(reply["totalTokens"]) > 5);
  }
});

Deno.test("models come from the live list, without internal and deprecated ones", async () => {
  await using bench = await oauthBench();
  const given = { fetch: bench.ports.fetch, signal: new AbortController().signal, now: bench.clock.now() };
  const credential = await account(bench);
  const listed = await bench.upstreams.get("antigravity")!.discover(credential, given);
  assert.ok(listed.ok);
  assert.deepEqual(listed.value.map((model) => model.id).sort(), [
    "claude-sonnet-4-6",
    "gemini-2.5-pro",
    "gemini-3.6-flash-high",
    "gemini-pro-agent",
    "gpt-oss-120b-medium",
  ]);
  assert.equal(listed.value.find((model) => model.id === "claude-sonnet-4-6")?.outputTokenLimit, 64_000);
  bench.simulator.control.failHost("daily", "unavailable");
  const other = await bench.upstreams.get("antigravity")!.discover(credential, given);
  assert.ok(other.ok, "the second host is in");
  const cli = await bench.upstreams.get("gemini_cli")!.discover(await account(bench, "gemini_cli"), given);
  assert.ok(cli.ok && cli.value.length === 3);
});

/** Trouble of an account, and what the pool is told: class, scope, and milliseconds until it ends. */
const TROUBLES = [
  ["rate_limit", "rate_limit", "bucket", 480],
  ["capacity", "overloaded", "model", 39_000],
  ["bare_429", "ambiguous_429", "request", undefined],
  ["validation_required", "credential_dead", "account", undefined],
  ["banned", "credential_dead", "account", undefined],
  ["permission", "not_on_tier", "credential", 30 * MINUTE],
  ["stale_project", "credential_stale", "credential", undefined],
  ["unauthenticated", "credential_stale", "credential", undefined],
] as const;

for (const [trouble, kind, scope, wait] of TROUBLES) {
  Deno.test(`an account in trouble (${trouble}) ends in ${kind}`, async () => {
    await using bench = await oauthBench();
    const credential = await account(bench);
    bench.simulator.control.account("ada@example.com").trouble = trouble;
    const upstream = bench.upstreams.get("antigravity")!;
    const { failure } = await ask(bench, credential, { upstream, model: "gemini-pro-agent" });
    assert.deepEqual([failure?.class, failure?.scope], [kind, scope]);
    assert.equal(failure?.until, wait === undefined ? undefined : bench.clock.now() + wait);
    assert.ok((failure?.message.length ?? 0) > 20);
    const link = trouble === "banned" ? /appeal/ : /verify/;
    if (kind === "credential_dead") assert.match(failure?.link ?? "", link);
  });
}

Deno.test("a used-up budget rests the account's group until its reset", async () => {
  await using bench = await oauthBench();
  const credential = await account(bench);
  const state = bench.simulator.control.account("ada@example.com");
  state.quotas.gemini.weekly = { fraction: 0, resetsAt: bench.clock.now() + 50 * 60 * MINUTE };
  const upstream = bench.upstreams.get("antigravity")!;
  const { failure } = await ask(bench, credential, { upstream, model: "gemini-pro-agent" });
  assert.deepEqual([failure?.class, failure?.scope], ["quota", "bucket"]);
  assert.ok(Math.abs((failure?.until ?? 0) - bench.clock.now() - 50 * 60 * MINUTE) < 2_000);
  assert.equal((await ask(bench, credential, { upstream, model: "claude-sonnet-4-6" })).failure, undefined);
});

Deno.test("embeddings are not served here: the next source is asked", async () => {
  await using bench = await oauthBench();
  const upstream = bench.upstreams.get("antigravity")!;
  const { failure } = await ask(bench, await account(bench), {
    upstream,
    model: "gemini-embedding-001",
    operation: "embed",
  });
  assert.equal(failure?.class, "model_gone");
});
