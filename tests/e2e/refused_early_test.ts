import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { MODEL, TOKEN } from "./calls.ts";

function post(url: string, body: string, token = TOKEN): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "user-agent": "opencode/1.14",
    },
    body,
  });
}

Deno.test("a request that never became a call is in the log, with who sent it and why it was refused", async () => {
  await using t = await proxyUnderTest({ env: { LOG_LEVEL: "info" } });
  const refused = [
    await post(`${t.url}/v1/chat/completions`, JSON.stringify({ model: "gemini-9", messages: [] })),
    await post(`${t.url}/v1/messages`, "{not json"),
    await post(`${t.url}/v1beta/models/gemini-9:generateContent`, "{}"),
    await post(`${t.url}/v1/chat/completion`, "{}"),
    await post(`${t.url}/v1/chat/completions`, JSON.stringify({ model: MODEL }), "gn-wrong-secret-token"),
  ];
  assert.deepEqual(refused.map(({ status }) => status), [404, 400, 404, 404, 401]);
  for (const reply of refused) await reply.body?.cancel();
  const { ledger } = t.proxy.services;
  await ledger.flush();
  const told = (await ledger.logs({ limit: 50 })).filter(({ message }) => message.startsWith("Refused with"));
  assert.deepEqual(told.map(({ level }) => level).sort(), ["info", "info", "info", "info", "warn"]);
  assert.ok(told.every(({ fields }) => fields?.["agent"] === "opencode/1.14"));
  assert.deepEqual(
    new Set(told.map(({ fields }) => fields?.["request"])),
    new Set(refused.map(({ headers }) => headers.get("x-request-id"))),
  );
  assert.ok(!JSON.stringify(told).includes("wrong-secret"));
});
