import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, MODEL, tell } from "./calls.ts";

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
