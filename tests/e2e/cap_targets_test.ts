import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, DIALECT_NAMES, MODEL, tell } from "./calls.ts";

async function setCap(t: UnderTest, model: string, limit = 1) {
  return await tell(t, "/api/stats/caps", {
    body: { model, limit, unit: "requests", period: "daily", action: "reject" },
  });
}

Deno.test("caps: one set on an alias counts its model's calls, whoever names it how", async () => {
  await using t = await proxyUnderTest({ env: { QUEUE_MAX_WAIT: "0" } });
  await t.proxy.services.store.aliases.put({ name: "daily-driver", target: MODEL });
  await t.proxy.services.catalog.reload();
  const set = await setCap(t, "daily-driver");
  assert.equal(set.status, 200, set.text);
  assert.match(set.text, new RegExp(`"model":"${MODEL}"`));
  let served = 0;
  for (let call = 0; call < 6; call++) if ((await ask(t, "chat")).status === 200) served++;
  assert.ok(served >= 1 && served < 6, `${served} served`);
  assert.equal((await tell(t, "/api/stats/caps/daily-driver", { method: "DELETE" })).status, 200);
});

Deno.test("caps: one of 0 never opens, so no time is promised anywhere", async () => {
  await using t = await proxyUnderTest();
  assert.equal((await setCap(t, MODEL, 0)).status, 200);
  for (const lane of DIALECT_NAMES) {
    const refused = await ask(t, lane);
    assert.equal(refused.status, 429, refused.text);
    assert.equal(refused.headers.get("retry-after"), null, lane);
    assert.match(refused.text, /cap of 0 set for .* lets nothing through\. Raise or remove it/);
    assert.doesNotMatch(refused.text, /Try again/);
  }
  const overview = await tell(t, "/api/overview");
  assert.match(overview.text, /The cap of 0 set for [^"]* lets nothing through/);
  assert.doesNotMatch(overview.text, /of 0 requests/);
});

Deno.test("an alias of a model that nobody serves is told as one, and is not suggested in its own place", async () => {
  await using t = await proxyUnderTest();
  await t.proxy.services.store.aliases.put({ name: "flash-quick", target: "gemini-2.5-flask" });
  await t.proxy.services.catalog.reload();
  const refused = await ask(t, "chat", { more: { model: "flash-quick" } });
  assert.equal(refused.status, 404, refused.text);
  assert.match(refused.text, /The model flash-quick, an alias of gemini-2\.5-flask, does not exist/);
  assert.match(refused.text, /did you mean gemini-2\.5-flash[,?]/);
});

Deno.test("caps: a target that does not exist is refused with what to do", async () => {
  await using t = await proxyUnderTest();
  for (
    const [name, words] of [["gemini-9-nonsense", /does not exist/], ["client:nobody", /no client/]] as const
  ) {
    const told = await setCap(t, name);
    assert.equal(told.status, 422, told.text);
    assert.match(told.text, words);
  }
});
