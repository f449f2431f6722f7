import assert from "node:assert/strict";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, askNative, DIALECT_NAMES, generateCalls, MODEL, tell, type Told, until } from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

const WANTED = "gemini-2.5-pro";

/** The same question on every lane, streamed and whole. */
const LANES: readonly (readonly [string, (t: UnderTest) => Promise<Told>])[] = [
  ...DIALECT_NAMES.flatMap((dialect) =>
    [false, true].map((stream) =>
      [
        `${dialect}, stream ${stream}`,
        (t: UnderTest) => ask(t, dialect, { stream, more: { model: WANTED } }),
      ] as const
    )
  ),
  ["native", (t) => askNative(t, "generateContent", undefined, WANTED)],
  ["native, streamed", (t) => askNative(t, "streamGenerateContent?alt=sse", undefined, WANTED)],
];

async function fallBackTo(t: UnderTest, model: string): Promise<void> {
  await t.proxy.services.store.fallbacks.put({ model: WANTED, to: [model] });
  await t.proxy.services.catalog.reload();
}

async function capOfOne(t: UnderTest, action: string): Promise<void> {
  const body = { model: WANTED, limit: 1, unit: "requests", period: "daily", action };
  const set = await tell(t, "/api/stats/caps", { body });
  assert.equal(set.status, 200, set.text);
  await until(async () => (await tell(t, "/api/stats/caps/progress")).text.includes(WANTED));
}

for (const [name, call] of LANES) {
  Deno.test(`fallback: a bare 429 of every key moves to the fallback model (${name})`, async () => {
    await using t = await proxyUnderTest({ env: { QUEUE_MAX_WAIT: "0" }, ports: { clock: fastClock(20) } });
    await fallBackTo(t, MODEL);
    t.simulator.control.fault({
      kind: "status",
      status: 429,
      body: {
        code: 429,
        message: "Resource has been exhausted (e.g. check quota).",
        status: "RESOURCE_EXHAUSTED",
      },
      match: { model: WANTED },
      times: Infinity,
    });
    const told = await call(t);
    assert.equal(told.status, 200, told.text);
    assert.equal(told.headers.get("x-geminitro-model"), MODEL);
    assert.match(told.headers.get("x-geminitro-warnings") ?? "", /Served by gemini-2.5-flash/);
  });

  Deno.test(`fallback: a cap that rejects is not passed by a fallback model (${name})`, async () => {
    await using t = await proxyUnderTest({ env: { QUEUE_MAX_WAIT: "0" } });
    await fallBackTo(t, MODEL);
    await capOfOne(t, "reject");
    assert.equal((await call(t)).status, 200);
    const before = generateCalls(t).length;
    const told = await call(t);
    assert.equal(told.status, 429, told.text);
    assert.match(told.text, /cap/i);
    assert.equal(generateCalls(t).length, before, "Google was asked");
  });

  Deno.test(`fallback: a cap that tries the next model does (${name})`, async () => {
    await using t = await proxyUnderTest({ env: { QUEUE_MAX_WAIT: "0" } });
    await fallBackTo(t, MODEL);
    await capOfOne(t, "try_next");
    assert.equal((await call(t)).status, 200);
    const told = await call(t);
    assert.equal(told.status, 200, told.text);
    assert.equal(told.headers.get("x-geminitro-model"), MODEL);
  });
}

Deno.test("fallback: embeddings never fall back, as other models' vectors do not compare", async () => {
  await using t = await proxyUnderTest({ env: { QUEUE_MAX_WAIT: "0" } });
  const model = "gemini-embedding-001";
  await t.proxy.services.store.fallbacks.put({ model, to: ["text-embedding-004"] });
  await t.proxy.services.catalog.reload();
  for (const key of KEYS) t.simulator.control.key(key, "invalid");
  for (
    const told of [
      await tell(t, "/v1/embeddings", { body: { model, input: "a" } }),
      await askNative(t, "embedContent", { content: { parts: [{ text: "a" }] } }, model),
    ]
  ) assert.notEqual(told.status, 200, told.text);
  assert.ok(t.simulator.log.every((entry) => entry.model !== "text-embedding-004"));
});
