import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { generateCalls, MODEL, TOKEN, until } from "./calls.ts";

function ask(url: string): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "Hello" }] }),
  });
}

Deno.test("HEDGE_AFTER races a stuck attempt on another key, blames nobody and counts both", async () => {
  await using t = await proxyUnderTest({ env: { HEDGE_AFTER: "100" } });
  t.simulator.control.fault({ kind: "hang_before_head", times: 1 });
  const reply = await ask(t.url);
  assert.equal(reply.status, 200);
  await reply.text();
  await until(() => generateCalls(t).some(({ ending }) => ending === "cancelled"));
  const calls = generateCalls(t);
  assert.equal(new Set(calls.map(({ key }) => key)).size, 2);
  await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
  const states = t.proxy.services.pool.view().credentials;
  assert.ok(states.every(({ cooldowns, errors }) => cooldowns.length === 0 && errors === 0));
});

Deno.test("HEDGE_AFTER leaves a call alone that begins in time", async () => {
  await using t = await proxyUnderTest({ env: { HEDGE_AFTER: "5000" } });
  const reply = await ask(t.url);
  assert.equal(reply.status, 200);
  await reply.text();
  assert.equal(generateCalls(t).length, 1);
});
