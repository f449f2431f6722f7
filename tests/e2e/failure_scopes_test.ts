/** What a failure of Google's closes, and what goes on: each through the real server, with the simulator as Google. */
import assert from "node:assert/strict";
import type { SimProject } from "../../src/sim/mod.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, askNative, at, MODEL, send, tell, type Told, until } from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

const EMBEDDER = "gemini-embedding-001";
const key = (index: number) => `AIzaSyTestKeyOfScopes00000000000000${String(index).padStart(4, "0")}`;

function projects(count: number): readonly SimProject[] {
  return Array.from({ length: count }, (_, index) => ({ id: `project-${index}`, keys: [key(index)] }));
}

function withKeys(count: number, env: Readonly<Record<string, string>> = {}): Promise<UnderTest> {
  const clock = fastClock(1);
  return proxyUnderTest({
    projects: projects(count),
    env: { QUEUE_MAX_WAIT: "0", ...env },
    ports: { clock },
  });
}

/** The proxy's time, in which a machine that is busy with others does not count. */
const now = (t: UnderTest) => t.proxy.services.ports.clock.now();

interface Saying {
  readonly keys?: readonly number[];
  readonly method?: string;
  readonly times?: number;
}

const QUOTA_FAILURE = "type.googleapis.com/google.rpc.QuotaFailure";

/** Google answers these keys so, until it is taken back. */
function says(
  t: UnderTest,
  status: number,
  error: { readonly status: string; readonly message: string; readonly details?: readonly unknown[] },
  { keys = [0], method, times = Infinity }: Saying = {},
): () => void {
  const stops = keys.map((index) =>
    t.simulator.control.fault({
      kind: "status",
      status,
      body: { code: status, ...error } as never,
      times,
      match: { key: key(index), ...(method === undefined ? {} : { method }) },
    })
  );
  return () => stops.forEach((stop) => stop());
}

function violation(metric: string, quotaId: string, value = "10") {
  const quotaMetric = `generativelanguage.googleapis.com/${metric}`;
  return { "@type": QUOTA_FAILURE, violations: [{ quotaMetric, quotaId, quotaValue: value }] };
}

const askedOf = (t: UnderTest, index: number, method = /./) =>
  t.simulator.log.filter((one) =>
    one.key === key(index) && method.test(one.method) && one.method !== "ListModels"
  )
    .length;
const asked = (t: UnderTest) => t.simulator.log.filter(({ method }) => method !== "ListModels").length;

/** The credentials in the order of their keys. */
async function inOrder(t: UnderTest) {
  const stored = await t.proxy.services.store.credentials.list();
  return stored.toSorted((one, other) => one.tail < other.tail ? -1 : 1);
}

function message(told: Told): string {
  return String(at(told.json, "error.message"));
}

/** New words each time: another conversation, that leans to no key. */
let words = 0;
const chat = (t: UnderTest) => ask(t, "chat", { text: `hello ${words++}` });

async function embeds(t: UnderTest, model = EMBEDDER): Promise<Told> {
  return await tell(t, "/v1/embeddings", { body: { model, input: "hello" } });
}

Deno.test("an operation that the model list rules out is refused before Google is asked, and closes nothing", async () => {
  await using t = await withKeys(1);
  const before = asked(t);
  const calls = [
    await embeds(t, MODEL),
    await askNative(t, "predict", { instances: [] }),
    await askNative(t, "embedContent", { content: { parts: [{ text: "hi" }] } }),
    await askNative(t, "generateContent", undefined, EMBEDDER),
  ];
  for (const told of calls) {
    assert.equal(told.status, 404, told.text);
    assert.match(message(told), /is not supported for (embedContent|predict|generateContent)/);
  }
  assert.equal(asked(t), before, "Google was asked");
  assert.equal((await chat(t)).status, 200);
  assert.equal((await embeds(t)).status, 200);
});

Deno.test("a 404 of one operation closes no other, after a restart neither", async () => {
  await using t = await withKeys(2);
  const missing = {
    status: "NOT_FOUND",
    message:
      `models/${MODEL} is not found for API version v1beta, or is not supported for countTokens. Call ListModels to see the list of available models and their supported methods.`,
  };
  says(t, 404, missing, { keys: [0, 1], method: "countTokens" });
  for (let times = 0; times < 2; times++) {
    const told = await askNative(t, "countTokens");
    assert.equal(told.status, 404, told.text);
    assert.match(message(told), /not supported for countTokens/);
    assert.equal(told.headers.get("retry-after"), null);
  }
  assert.equal(askedOf(t, 0, /countTokens/) + askedOf(t, 1, /countTokens/), 2, "asked again");
  assert.equal((await chat(t)).status, 200);
});

Deno.test("a cached content for an unknown model fails alone; an alias in its body is followed", async () => {
  await using t = await withKeys(2);
  const cache = (model: string) =>
    tell(t, "/v1beta/cachedContents", {
      body: { model, contents: [{ role: "user", parts: [{ text: "long ".repeat(9_000) }] }] },
    });
  const { store, catalog } = t.proxy.services;
  await store.aliases.put({ name: "best", target: MODEL });
  await catalog.reload();
  assert.equal((await cache("models/nobody-knows-me")).status, 404);
  const made = await cache("models/best");
  assert.equal(made.status, 200, made.text);
  assert.equal(made.json["model"], `models/${MODEL}`);
  assert.equal((await tell(t, "/v1beta/files")).status, 200);
});

for (
  const words of [
    "Your prepayment credits are depleted. Please go to AI Studio to manage your billing.",
    "You have exceeded your spending cap for this project.",
  ]
) {
  Deno.test(`a project without money rests, its siblings with it, and the healthy key serves: ${words.slice(0, 24)}`, async () => {
    const keys = [0, 1, 2].map(key);
    await using t = await proxyUnderTest({
      projects: [{ id: "spent", keys: keys.slice(0, 2) }, { id: "healthy", keys: keys.slice(2) }],
      env: { QUEUE_MAX_WAIT: "0" },
    });
    const { store, pool } = t.proxy.services;
    for (const { id } of (await inOrder(t)).slice(0, 2)) {
      await store.credentials.update(id, { project: "spent" });
    }
    pool.replaceCredentials(await store.credentials.list());
    says(t, 429, { status: "RESOURCE_EXHAUSTED", message: words }, { keys: [0, 1] });
    for (let times = 0; times < 8; times++) assert.equal((await chat(t)).status, 200);
    assert.equal(askedOf(t, 0) + askedOf(t, 1), 1, "the spent project was asked again");
    says(t, 429, { status: "RESOURCE_EXHAUSTED", message: words }, { keys: [2] });
    for (let times = 0; times < 2; times++) {
      const told = await chat(t);
      assert.equal(told.status, 429, told.text);
      assert.match(message(told), /billing/);
      assert.ok(message(told).includes(words), message(told));
      assert.equal(told.headers.get("retry-after"), null, "an invented time");
    }
  });
}

Deno.test("a 429 on counting asks each key once, then estimates; turns go on", async () => {
  await using t = await withKeys(2);
  says(t, 429, { status: "RESOURCE_EXHAUSTED", message: "Resource has been exhausted (e.g. check quota)." }, {
    keys: [0, 1],
    method: "countTokens",
  });
  const body = { model: MODEL, messages: [{ role: "user", content: "hello" }] };
  const counted = await tell(t, "/v1/messages/count_tokens", { body });
  assert.equal(counted.status, 200, counted.text);
  assert.ok(Number(counted.json["input_tokens"]) > 0);
  assert.ok(askedOf(t, 0, /countTokens/) <= 1 && askedOf(t, 1, /countTokens/) <= 1);
  for (let times = 0; times < 4; times++) assert.equal((await chat(t)).status, 200);
});

Deno.test("a 503 on counting is an estimate within seconds", async () => {
  await using t = await withKeys(2, { QUEUE_MAX_WAIT: "60000" });
  says(t, 503, { status: "UNAVAILABLE", message: "The model is overloaded." }, {
    keys: [0, 1],
    method: "countTokens",
  });
  const body = { model: MODEL, messages: [{ role: "user", content: "hello" }] };
  const since = now(t);
  assert.equal((await tell(t, "/v1/messages/count_tokens", { body })).status, 200);
  assert.ok(now(t) - since < 6_000, `${now(t) - since} ms`);
  assert.equal((await chat(t)).status, 200);
});

Deno.test("a limit with a metric of its own holds only calls that spend it", async () => {
  await using t = await withKeys(1);
  const day = "PerDayPerProjectPerModel-FreeTier";
  const stops = [
    says(t, 429, {
      status: "RESOURCE_EXHAUSTED",
      message: "You exceeded your current quota.",
      details: [violation("embed_content_free_tier_requests", `EmbedContentRequests${day}`)],
    }, { method: "batchEmbedContents" }),
    says(t, 429, {
      status: "RESOURCE_EXHAUSTED",
      message: "You exceeded your current quota for grounding.",
      details: [violation("grounding_free_tier_requests", `GroundingRequests${day}`)],
    }, { method: "generateContent", times: 1 }),
  ];
  assert.equal((await embeds(t)).status, 429);
  const grounded = () =>
    askNative(t, "generateContent", {
      contents: [{ role: "user", parts: [{ text: "hello" }] }],
      tools: [{ googleSearch: {} }],
    });
  assert.equal((await grounded()).status, 429);
  assert.equal((await chat(t)).status, 200);
  const before = asked(t);
  const held = await grounded();
  assert.equal(held.status, 429, held.text);
  assert.equal((await embeds(t)).status, 429);
  assert.equal(asked(t), before, "a used-up metric was asked for");
  stops.forEach((stop) => stop());
});

Deno.test("a full store of files is told in Google's words each time; files can be listed, chat goes on", async () => {
  await using t = await withKeys(1);
  const full = "You have exceeded the file storage limit of this project: delete files.";
  says(t, 429, {
    status: "RESOURCE_EXHAUSTED",
    message: full,
    details: [violation("file_storage_bytes", "FileStorageBytesPerProject-FreeTier", "20000000000")],
  }, { method: "CreateFile" });
  for (let times = 0; times < 2; times++) {
    const response = await send(t, "/upload/v1beta/files", {
      body: "abc",
      headers: { "content-type": "text/plain" },
    });
    const text = await response.text();
    assert.equal(response.status, 429, text);
    assert.ok(text.includes(full), text);
  }
  assert.equal((await tell(t, "/v1beta/files")).status, 200);
  assert.equal((await chat(t)).status, 200);
});

for (
  const [name, status, body] of [
    ["429", 429, {
      status: "RESOURCE_EXHAUSTED",
      message: "Resource has been exhausted (e.g. check quota).",
    }],
    ["403", 403, { status: "PERMISSION_DENIED", message: "The caller does not have permission" }],
  ] as const
) {
  Deno.test(`a bare ${name} on three keys of four: every call is served, and few ask those keys`, async () => {
    await using t = await withKeys(4);
    says(t, status, body, { keys: [0, 1, 2] });
    for (let times = 0; times < 10; times++) {
      const before = asked(t);
      const told = await chat(t);
      assert.equal(told.status, 200, told.text);
      assert.ok(asked(t) - before <= 4, "a key was asked twice");
    }
  });

  Deno.test(`a bare ${name} on every key is told each time as such, in Google's words`, async () => {
    await using t = await withKeys(3);
    says(t, status, body, { keys: [0, 1, 2] });
    for (let times = 0; times < 3; times++) {
      const told = await chat(t);
      assert.equal(told.status, status, told.text);
      assert.ok(message(told).includes(body.message), message(told));
    }
  });
}

for (
  const [status, word] of [[500, "INTERNAL"], [502, "UNAVAILABLE"], [503, "UNAVAILABLE"], [
    504,
    "DEADLINE_EXCEEDED",
  ]] as const
) {
  Deno.test(`${status} on one key: one retry there, then the next; on all: keys and two at most, in Google's words`, async () => {
    await using t = await withKeys(3);
    const words = `Google's own words for ${status}.`;
    const stop = says(t, status, { status: word, message: words }, { keys: [0] });
    for (let times = 0; times < 4; times++) assert.equal((await chat(t)).status, 200);
    stop();
    says(t, status, { status: word, message: words }, { keys: [0, 1, 2] });
    const before = asked(t);
    const since = now(t);
    const told = await chat(t);
    assert.ok(told.status >= 500, told.text);
    assert.ok(message(told).includes(words), message(told));
    assert.ok(asked(t) - before <= 5, `${asked(t) - before} calls`);
    assert.ok(now(t) - since < 6_000);
  });
}

Deno.test("a socket that closes before the head holds up no other model", async () => {
  await using t = await withKeys(2);
  t.simulator.control.fault({ kind: "reset_before_head", times: Infinity, match: { model: MODEL } });
  for (let times = 0; times < 4; times++) {
    const before = t.simulator.log.length;
    assert.ok((await chat(t)).status >= 500);
    assert.ok(t.simulator.log.length - before <= 8, "the platform tries a kept connection again by itself");
  }
  assert.equal((await ask(t, "chat", { more: { model: "gemini-2.5-pro" } })).status, 200);
});

Deno.test("a silent key is listened to for the documented time, then the other serves", async () => {
  await using t = await withKeys(2, { TIMEOUT_READ_NON_STREAMING: "700" });
  t.simulator.control.fault({ kind: "hang_before_head", times: Infinity, match: { key: key(0) } });
  const since = now(t);
  for (let times = 0; times < 3; times++) assert.equal((await chat(t)).status, 200);
  assert.ok(askedOf(t, 0) <= 2, `${askedOf(t, 0)} calls to the silent key`);
  assert.ok(now(t) - since < 4_000);
});

for (
  const [name, body, contentType] of [
    ["a web page", "<!doctype html><html><body>Sign in to the network</body></html>", "text/html"],
    ["garbage", "\u0007garbage{", "application/json"],
    ["nothing", "", "application/json"],
    ["half a reply", '{"candidates":[{"content":{"parts":[{"te', "application/json"],
  ] as const
) {
  Deno.test(`${name} under status 200 is a fault of a moment: the next key answers`, async () => {
    await using t = await withKeys(2);
    const methods: readonly (readonly [string, () => Promise<Told>])[] = [
      ["generateContent", () => askNative(t, "generateContent")],
      ["countTokens", () => askNative(t, "countTokens")],
      [
        "embedContent",
        () => askNative(t, "embedContent", { content: { parts: [{ text: "hi" }] } }, EMBEDDER),
      ],
      ["batchEmbedContents", () => embeds(t)],
      ["generateContent", () => chat(t)],
      ["ListFiles", () => tell(t, "/v1beta/files")],
    ];
    for (const [method, call] of methods) {
      const stop = t.simulator.control.replay(body, {
        contentType,
        match: { key: key(0), method },
        times: Infinity,
      });
      const told = await call();
      assert.equal(told.status, 200, `${method}: ${told.text}`);
      assert.ok(Object.keys(told.json).length > 0 || method === "ListFiles", `${method}: ${told.text}`);
      assert.ok(!told.text.includes("<html"), method);
      stop();
    }
  });
}

Deno.test("the keys of a suspended project that was told rest together, and the reason is told after a restart too", async () => {
  const keys = [0, 1].map(key);
  await using t = await proxyUnderTest({ projects: [{ id: "p", keys }], env: { QUEUE_MAX_WAIT: "0" } });
  const { store, pool } = t.proxy.services;
  for (const { id } of await inOrder(t)) await store.credentials.update(id, { project: "mine" });
  pool.replaceCredentials(await store.credentials.list());
  for (const one of keys) t.simulator.control.key(one, "suspended");
  for (let times = 0; times < 3; times++) {
    const told = await chat(t);
    assert.ok(told.status === 401 || told.status === 403, told.text);
    assert.match(message(told), /suspended/);
    assert.equal(told.headers.get("retry-after"), null);
  }
  assert.equal(asked(t), 1, "a sibling of a suspended project was asked");
  await until(async () => (await inOrder(t)).every(({ dead }) => dead !== undefined));
});

Deno.test("a model that is only for projects with billing is asked of the next key", async () => {
  await using t = await withKeys(2);
  const said = "Imagen API is only accessible to billed users at this time.";
  says(t, 400, { status: "INVALID_ARGUMENT", message: said }, { keys: [0] });
  for (let times = 0; times < 4; times++) assert.equal((await chat(t)).status, 200);
  assert.equal(askedOf(t, 0), 1);
  says(t, 400, { status: "INVALID_ARGUMENT", message: said }, { keys: [1] });
  for (let times = 0; times < 2; times++) {
    const told = await chat(t);
    assert.equal(told.status, 403, told.text);
    assert.ok(message(told).includes(said), message(told));
  }
});

Deno.test("a minute's limit with a stated delay is served when the delay has passed", async () => {
  await using t = await withKeys(1, { QUEUE_MAX_WAIT: "20000" });
  assert.equal((await chat(t)).status, 200);
  const details = [
    violation(
      "generate_content_free_tier_requests",
      "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
    ),
    { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "2s" },
  ];
  says(t, 429, { status: "RESOURCE_EXHAUSTED", message: "Please retry in 2s.", details }, { times: 1 });
  const since = now(t);
  assert.equal((await chat(t)).status, 200);
  const took = now(t) - since;
  assert.ok(took > 1_500 && took < 8_000, `served after ${Math.round(took)} ms`);
});

const WAITING = [
  {
    name: "embeddings",
    method: "embedContent",
    metric: "embed_content_free_tier_requests",
    quotaId: "EmbedContentRequestsPerMinutePerProjectPerModel-FreeTier",
    path: `/v1beta/models/${EMBEDDER}:embedContent`,
    body: { content: { parts: [{ text: "hello" }] } },
  },
  {
    name: "several embeddings at once",
    method: "batchEmbedContents",
    metric: "embed_content_free_tier_requests",
    quotaId: "EmbedContentRequestsPerMinutePerProjectPerModel-FreeTier",
    path: "/v1/embeddings",
    body: { model: EMBEDDER, input: ["hello", "again"] },
  },
  {
    name: "batches",
    method: "BatchGenerateContent",
    metric: "batch_generate_content_requests",
    quotaId: "BatchGenerateContentRequestsPerMinutePerProjectPerModel",
    path: `/v1beta/models/${MODEL}:batchGenerateContent`,
    body: {
      batch: {
        displayName: "waiting",
        inputConfig: {
          requests: { requests: [{ request: { contents: [{ role: "user", parts: [{ text: "hello" }] }] } }] },
        },
      },
    },
  },
] as const;

for (const { name, method, metric, quotaId, path, body } of WAITING) {
  Deno.test(`a minute's limit of ${name} with a stated delay is served when the delay has passed`, async () => {
    await using t = await withKeys(1, { QUEUE_MAX_WAIT: "20000" });
    const details = [
      violation(metric, quotaId),
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "2s" },
    ];
    const error = { status: "RESOURCE_EXHAUSTED", message: "Please retry in 2s.", details };
    says(t, 429, error, { times: 1, method });
    const since = now(t);
    const told = await tell(t, path, { body });
    const took = now(t) - since;
    assert.equal(told.status, 200, told.text);
    assert.equal(askedOf(t, 0, new RegExp(method)), 2);
    assert.ok(took > 1_500 && took < 8_000, `served after ${Math.round(took)} ms`);
  });
}

Deno.test("a check that Google answers well wins over the death that is still being written", async () => {
  await using t = await withKeys(1);
  t.simulator.control.key(key(0), "expired");
  const { store, admin } = t.proxy.services;
  const update = store.credentials.update;
  let release = () => {};
  const held = new Promise<void>((resolve) => release = resolve);
  const writes = store.credentials as { update: typeof update };
  writes.update = async (id, patch) => {
    if (patch.dead !== undefined && patch.dead !== null) await held;
    return await update.call(store.credentials, id, patch);
  };
  assert.equal((await chat(t)).status, 401);
  t.simulator.control.key(key(0), "valid");
  const [one] = await inOrder(t);
  const check = admin.checkKey(one!.id);
  release();
  const checked = await check;
  assert.ok(checked.ok && checked.value.ok);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal((await store.credentials.list())[0]?.dead, undefined);
  assert.equal((await chat(t)).status, 200);
});

Deno.test("a check of one key of a project brings back the others that were refused with it", async () => {
  await using t = await withKeys(3);
  const { store, pool } = t.proxy.services;
  const [first, second, third] = await inOrder(t);
  for (const one of [first!, second!]) await store.credentials.update(one.id, { project: "mine" });
  pool.replaceCredentials(await store.credentials.list());
  for (const index of [0, 1, 2]) t.simulator.control.key(key(index), "suspended");
  for (let times = 0; times < 2; times++) await chat(t);
  await until(async () => (await inOrder(t)).every(({ dead }) => dead !== undefined));
  for (const index of [0, 1]) t.simulator.control.key(key(index), "valid");
  await tell(t, `/api/keys/${second!.id}/check`, { method: "POST" });
  const alive = (await inOrder(t)).filter(({ dead }) => dead === undefined).map(({ id }) => id);
  assert.deepEqual(alive.sort(), [first!.id, second!.id].sort());
  assert.notEqual((await inOrder(t)).find(({ id }) => id === third!.id)?.dead, undefined);
});
