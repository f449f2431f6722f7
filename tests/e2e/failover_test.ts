import assert from "node:assert/strict";
import type { Fault, KeyState } from "../../src/sim/mod.ts";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import {
  ask,
  askNative,
  assertIdle,
  at,
  DIALECT_NAMES,
  type DialectName,
  generateCalls,
  MODEL,
  textOf,
  type Told,
  until,
} from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

const WAYS = DIALECT_NAMES.flatMap((dialect) => [{ dialect, stream: false }, { dialect, stream: true }]);

/** Which of the two keys is asked first is the policy's business; the tests ask the log. */
function firstKey(t: UnderTest): string {
  const key = generateCalls(t)[0]?.key;
  assert.ok(key);
  return key;
}

async function deadStored(t: UnderTest): Promise<boolean[]> {
  return (await t.proxy.services.store.credentials.list()).map(({ dead }) => dead !== undefined);
}

function assertServed(told: Told, dialect: DialectName, attempts: number): void {
  assert.equal(told.status, 200, told.text);
  assert.equal(textOf(dialect, told), "You said: hello");
  assert.equal(told.headers.get("x-geminitro-attempts"), String(attempts));
  assert.equal(told.headers.get("x-geminitro-failure"), null);
}

for (const state of ["invalid", "deleted", "expired", "leaked", "suspended"] as const satisfies KeyState[]) {
  Deno.test(`failover: a key that is ${state} is retired, the other serves, nobody notices`, async () => {
    await using t = await proxyUnderTest();
    t.simulator.control.key(KEYS[0], state);
    t.simulator.control.key(KEYS[1], "valid");
    for (let round = 0; round < 6; round++) {
      // Other words, another conversation: it leans to no key.
      assert.equal((await ask(t, "chat", { text: `hello ${round}` })).status, 200);
    }
    const calls = generateCalls(t);
    assert.equal(calls.filter(({ key }) => key === KEYS[0]).length, 1, "a dead key was asked again");
    // The pool knows at once; the database a moment later.
    await until(async () => (await deadStored(t)).some(Boolean));
    assert.deepEqual((await deadStored(t)).sort(), [false, true]);
    assert.ok(!t.log.join("\n").includes("AIza"));
    assertIdle(t);
  });
}

for (const { dialect, stream } of WAYS) {
  Deno.test(`failover: every key bad is a 401 without a key in it (${dialect}, stream ${stream})`, async () => {
    await using t = await proxyUnderTest();
    for (const key of KEYS) t.simulator.control.key(key, "invalid");
    const told = await ask(t, dialect, { stream });
    assert.equal(told.status, 401, told.text);
    assert.equal(told.headers.get("x-geminitro-failure"), "credential_dead");
    assert.equal(told.headers.get("x-geminitro-attempts"), "2");
    assert.ok(!told.text.includes("AIza") && ![...told.headers.values()].join().includes("AIza"));
    if (dialect === "messages") assert.equal(at(told.json, "error.type"), "authentication_error");
    else assert.equal(at(told.json, "error.code"), "invalid_api_key");
    assertIdle(t);
  });
}

/** The platform's fetch tries again by itself when a kept connection was cut before the head: then there is one attempt. */
const BY_FETCH = "a reset before the head";

/** What one attempt may meet before anything has been sent, and how many attempts the call then takes. */
const BEFORE: readonly { readonly name: string; readonly fault: Fault; readonly streamOnly?: boolean }[] = [
  {
    name: "503",
    fault: {
      kind: "status",
      status: 503,
      body: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" },
    },
  },
  {
    name: "500",
    fault: {
      kind: "status",
      status: 500,
      body: { code: 500, message: "An internal error has occurred.", status: "INTERNAL" },
    },
  },
  {
    name: "a bare 429",
    fault: {
      kind: "status",
      status: 429,
      body: {
        code: 429,
        message: "Resource has been exhausted (e.g. check quota).",
        status: "RESOURCE_EXHAUSTED",
      },
    },
  },
  {
    name: "an HTML 502",
    fault: { kind: "status", status: 502, body: "<html>Bad Gateway</html>", contentType: "text/html" },
  },
  { name: "a reset before the head", fault: { kind: "reset_before_head" } },
  { name: "an empty reply", fault: { kind: "empty" } },
  { name: "a malformed call", fault: { kind: "malformed_call" } },
  { name: "an error object as the first event", fault: { kind: "event_error", after: 0 }, streamOnly: true },
  { name: "a raw error as the first bytes", fault: { kind: "raw_error", after: 0 }, streamOnly: true },
  { name: "a reset before the first event", fault: { kind: "reset_mid_stream", after: 0 }, streamOnly: true },
  { name: "no body", fault: { kind: "replay", body: "", contentType: "application/json" } },
];

for (const { name, fault, streamOnly } of BEFORE) {
  Deno.test(`failover: ${name}, then good, is only good`, async () => {
    await using t = await proxyUnderTest({ ports: { clock: fastClock(20) } });
    for (const { dialect, stream } of WAYS.filter(({ stream }) => stream || streamOnly !== true)) {
      t.simulator.control.fault(fault);
      const told = await ask(t, dialect, { stream });
      assertServed(told, dialect, name === BY_FETCH ? Number(told.headers.get("x-geminitro-attempts")) : 2);
      assertIdle(t);
    }
  });

  Deno.test(`failover: ${name}, then good, is only good natively`, async () => {
    await using t = await proxyUnderTest({ ports: { clock: fastClock(20) } });
    const methods = ["streamGenerateContent?alt=sse", ...(streamOnly === true ? [] : ["generateContent"])];
    for (const method of methods) {
      t.simulator.control.fault(fault);
      const told = await askNative(t, method);
      assert.equal(told.status, 200, told.text);
      assert.match(told.text, /You said: hello/);
      assert.ok(!told.text.includes('"error"'), told.text);
      if (name !== BY_FETCH) assert.equal(told.headers.get("x-geminitro-attempts"), "2");
      assertIdle(t);
    }
  });
}

Deno.test("failover: silence before the head ends in a 504 that names the setting, or another try", async () => {
  await using t = await proxyUnderTest({ env: { TIMEOUT_READ_STREAMING: "150" } });
  t.simulator.control.fault({ kind: "hang_before_head" });
  assertServed(await ask(t, "chat", { stream: true }), "chat", 2);
  t.simulator.control.fault({ kind: "hang_before_head", times: Infinity });
  const told = await ask(t, "chat", { stream: true });
  assert.equal(told.status, 504);
  assert.match(told.text, /TIMEOUT_READ_STREAMING/);
  assert.equal(told.headers.get("x-geminitro-failure"), "transport");
  assertIdle(t);
});

const LIMITED = [{ id: "p1", keys: [KEYS[0]] }, { id: "p2", keys: [KEYS[1]] }];

Deno.test("failover: a minute's 429 moves to the other project, then both full is a true 429", async () => {
  await using t = await proxyUnderTest({
    env: { QUEUE_MAX_WAIT: "0" },
    projects: LIMITED.map((project) => ({ ...project, limits: { "*": { rpm: 2 } } })),
  });
  for (let call = 0; call < 4; call++) assert.equal((await ask(t, "chat")).status, 200, `call ${call}`);
  for (const dialect of DIALECT_NAMES) {
    const told = await ask(t, dialect);
    assert.equal(told.status, 429, told.text);
    assert.match(told.headers.get("x-geminitro-failure") ?? "", /^rate_limit$/);
    const wait = Number(told.headers.get("retry-after"));
    assert.ok(wait > 40 && wait <= 61, `retry-after ${wait}`);
  }
  assertIdle(t);
});

Deno.test("failover: a day's 429 cools the model until midnight Pacific, other models go on", async () => {
  await using t = await proxyUnderTest({
    env: { QUEUE_MAX_WAIT: "0" },
    projects: [{ id: "p1", keys: [KEYS[0]], limits: { "gemini-2.5-flash": { rpd: 1 } } }],
  });
  assert.equal((await ask(t, "chat")).status, 200);
  const told = await ask(t, "chat");
  assert.equal(told.status, 429, told.text);
  assert.equal(told.headers.get("x-geminitro-failure"), "quota");
  assert.ok(Number(told.headers.get("retry-after")) <= 25 * 3600);
  const [state] = t.proxy.services.pool.view().credentials;
  const until = Math.max(
    ...(state?.cooldowns ?? []).map((cooldown) => cooldown.until),
    ...t.proxy.services.pool.view().buckets.map(({ coolingUntil }) => coolingUntil ?? 0),
  );
  const hour = new Intl.DateTimeFormat("en-US", {
    timeZone: "America/Los_Angeles",
    hour: "2-digit",
    hourCycle: "h23",
  })
    .format(until);
  assert.equal(hour, "00", "not midnight Pacific");
  const before = generateCalls(t).length;
  assert.equal((await ask(t, "chat")).status, 429);
  assert.equal(generateCalls(t).length, before, "a cooled bucket was asked");
  assert.equal((await ask(t, "chat", { more: { model: "gemini-2.5-pro" } })).status, 200);
});

Deno.test("failover: a limit of 0 is this key's alone, the other serves", async () => {
  await using t = await proxyUnderTest();
  t.simulator.control.key(KEYS[0], "region_limit_zero");
  for (let call = 0; call < 6; call++) {
    assert.equal((await ask(t, "chat", { text: `hello ${call}` })).status, 200);
  }
  assert.equal(generateCalls(t).filter(({ key }) => key === KEYS[0]).length, 1);
});

Deno.test("failover: one key with a named delay gives retry-after with that delay", async () => {
  await using t = await proxyUnderTest({
    env: { QUEUE_MAX_WAIT: "0" },
    projects: [{ id: "p1", keys: [KEYS[0]], limits: { "*": { rpm: 1 } } }],
  });
  await ask(t, "chat");
  for (const dialect of DIALECT_NAMES) {
    const told = await ask(t, dialect, { stream: true });
    assert.equal(told.status, 429);
    assert.ok(Number(told.headers.get("retry-after")) > 0);
    if (dialect === "messages") assert.equal(at(told.json, "error.type"), "rate_limit_error");
    else assert.equal(at(told.json, "error.code"), "rate_limit_exceeded");
  }
});

Deno.test("failover: overload that lasts ends in each dialect's own overload", async () => {
  await using t = await proxyUnderTest({ ports: { clock: fastClock(100) } });
  t.simulator.control.overload("*", 600_000);
  const chat = await ask(t, "chat");
  assert.equal(chat.status, 503, chat.text);
  assert.equal(at(chat.json, "error.code"), "server_is_overloaded");
  assert.equal(chat.headers.get("x-geminitro-failure"), "overloaded");
  const messages = await ask(t, "messages");
  assert.equal(messages.status, 529);
  assert.equal(at(messages.json, "error.type"), "overloaded_error");
  assertIdle(t);
});

Deno.test("failover: a blocked region stops at once and blames no key", async () => {
  await using t = await proxyUnderTest();
  t.simulator.control.region(true);
  const told = await ask(t, "chat");
  assert.equal(told.status, 403, told.text);
  assert.equal(told.headers.get("x-geminitro-failure"), "region_blocked");
  assert.equal(generateCalls(t).length, 1, "no other key helps");
  t.simulator.control.region(false);
  const stored = await t.proxy.services.store.credentials.list();
  assert.ok(stored.every(({ dead }) => dead === undefined));
});

Deno.test("failover: empty replies without end are an error after a few tries, in all dialects", async () => {
  await using t = await proxyUnderTest({ ports: { clock: fastClock(20) } });
  t.simulator.control.fault({ kind: "empty", times: Infinity });
  for (const { dialect, stream } of WAYS) {
    const before = generateCalls(t).length;
    const told = await ask(t, dialect, { stream });
    assert.ok(told.status >= 500, `${dialect} ${stream}: ${told.status} ${told.text}`);
    assert.equal(told.headers.get("x-geminitro-failure"), "empty_reply");
    const tries = generateCalls(t).length - before;
    assert.ok(tries > 1 && tries <= 4, `${tries} tries`);
  }
  assertIdle(t);
});

Deno.test("failover: fallback models serve when every key for the model is out, and the reply says so", async () => {
  await using t = await proxyUnderTest({
    env: { QUEUE_MAX_WAIT: "0" },
    projects: [{
      id: "p1",
      keys: [KEYS[0]],
      limits: { "gemini-2.5-pro": { rpd: 0 }, "gemini-2.5-flash-lite": { rpd: 0 } },
    }],
  });
  const { store, catalog } = t.proxy.services;
  await store.aliases.put({ name: "best", target: "gemini-2.5-pro" });
  await store.fallbacks.put({ model: "gemini-2.5-pro", to: ["gemini-2.5-flash-lite", MODEL] });
  await catalog.reload();
  const told = await ask(t, "chat", { more: { model: "best" } });
  assert.equal(told.status, 200, told.text);
  assert.equal(told.headers.get("x-geminitro-model"), MODEL);
  assert.match(told.headers.get("x-geminitro-warnings") ?? "", /Served by gemini-2.5-flash/);
  assert.equal(told.json["model"], "best");
});

Deno.test("failover: the headers say who served and what it took", async () => {
  await using t = await proxyUnderTest();
  const plain = await ask(t, "chat");
  assert.equal(plain.headers.get("x-geminitro-source"), "api_key");
  assert.equal(plain.headers.get("x-geminitro-key"), `...${firstKey(t).slice(-4)}`);
  assert.equal(plain.headers.get("x-geminitro-model"), MODEL);
  assert.equal(plain.headers.get("x-geminitro-queued-ms"), "0");
  assert.match(plain.headers.get("server-timing") ?? "", /^queue;dur=\d+, upstream;dur=\d+, proxy;dur=\d+$/);
  assert.ok((plain.headers.get("x-request-id") ?? "").startsWith("req_"));
  const warned = await ask(t, "chat", { more: { presence_penalty: 0.5 } });
  assert.match(warned.headers.get("x-geminitro-warnings") ?? "", /presence_penalty/);
});
