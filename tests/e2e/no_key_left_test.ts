import assert from "node:assert/strict";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, askNative, DIALECT_NAMES, generateCalls, tell, type Told, until } from "./calls.ts";

/** The same question on every lane. */
async function onEveryLane(t: UnderTest): Promise<readonly Told[]> {
  return await Promise.all([
    ...DIALECT_NAMES.map((dialect) => ask(t, dialect)),
    askNative(t, "generateContent"),
  ]);
}

async function editAll(t: UnderTest, change: Record<string, unknown>): Promise<void> {
  for (const { id } of await t.proxy.services.store.credentials.list()) {
    const told = await tell(t, `/api/keys/${id}`, { method: "PATCH", body: change });
    assert.equal(told.status, 200, told.text);
  }
}

Deno.test("no key left: dead keys are told as 401 with the reason and no time, on every lane and again", async () => {
  await using t = await proxyUnderTest();
  for (const key of KEYS) t.simulator.control.key(key, "leaked");
  await ask(t, "chat");
  await until(async () =>
    (await t.proxy.services.store.credentials.list()).every(({ dead }) => dead !== undefined)
  );
  await until(() => !t.proxy.services.catalog.list().some(({ id }) => id === "gemini-2.5-flash"));
  const before = generateCalls(t).length;
  for (const told of await onEveryLane(t)) {
    assert.ok(told.status === 401 || told.status === 403, `${told.status} ${told.text}`);
    assert.match(told.text, /found in public|leaked/);
    assert.equal(told.headers.get("retry-after"), null);
  }
  assert.equal(generateCalls(t).length, before, "a dead key was asked");
});

Deno.test("no key left: keys that are switched off are told as 503 that says so, without a time", async () => {
  await using t = await proxyUnderTest();
  await editAll(t, { enabled: false });
  await until(() => !t.proxy.services.catalog.list().some(({ id }) => id === "gemini-2.5-flash"));
  for (const told of await onEveryLane(t)) {
    assert.ok(told.status === 503 || told.status === 529, `${told.status} ${told.text}`);
    assert.match(told.text, /no enabled key/);
    assert.equal(told.headers.get("retry-after"), null);
  }
});

Deno.test("no key left: a model that no key ever listed is still unknown", async () => {
  await using t = await proxyUnderTest();
  await editAll(t, { enabled: false });
  assert.equal((await ask(t, "chat", { more: { model: "gemini-9-nonsense" } })).status, 404);
});

Deno.test("allow lists: a key that may serve one model alone holds cached contents too, in any case of its pattern", async () => {
  await using t = await proxyUnderTest();
  await editAll(t, { allowModels: ["Gemini-2.5-*"] });
  assert.equal((await ask(t, "chat")).status, 200);
  const made = await tell(t, "/v1beta/cachedContents", {
    body: {
      model: "models/gemini-2.5-flash",
      contents: [{ role: "user", parts: [{ text: "a long text ".repeat(2_000) }] }],
    },
  });
  assert.equal(made.status, 200, made.text);
});
