import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { tell, until } from "../e2e/calls.ts";

const MODEL = "gemini-2.5-flash";
const LIMIT = 3;

Deno.test("a key that is removed and comes back under load never carries more calls than it may", async () => {
  let open = 0;
  let most = 0;
  const gates: (() => void)[] = [];
  const upstream = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.body?.cancel();
    if (!request.url.includes(":generateContent")) {
      return Response.json({
        models: [{ name: `models/${MODEL}`, supportedGenerationMethods: ["generateContent"] }],
      });
    }
    most = Math.max(most, ++open);
    await new Promise<void>((resolve) => gates.push(resolve));
    open--;
    const candidates = [{
      index: 0,
      content: { role: "model", parts: [{ text: "done" }] },
      finishReason: "STOP",
    }];
    return Response.json({ candidates });
  });
  const key = "AIzaSyTestKeyNumberOne0000000000000001";
  await using t = await proxyUnderTest({
    projects: [{ id: "one", keys: [key] }],
    env: {
      GEMINI_API_URL: `http://127.0.0.1:${upstream.addr.port}`,
      MAX_CONCURRENT_REQUESTS_PER_KEY: String(LIMIT),
    },
  });
  const { admin } = t.proxy.services;
  const calls = Array.from({ length: 18 }, async () => {
    const body = { model: MODEL, messages: [{ role: "user", content: "hi" }] };
    return (await tell(t, "/v1/chat/completions", { body })).status;
  });
  await until(() => open === LIMIT);
  for (let round = 0; round < 4; round++) {
    const id = (await admin.keys())[0]?.id;
    const removed = await tell(t, `/api/keys/${id}`, { method: "DELETE" });
    assert.equal(removed.status, 200, removed.text);
    const added = await admin.addKeys({ key });
    assert.ok(added.ok && added.value[0]?.ok, JSON.stringify(added));
    await new Promise((done) => setTimeout(done, 60));
    assert.ok(most <= LIMIT, `${most} calls at once in round ${round}`);
  }
  let over = false;
  const pump = (async () => {
    while (!over) {
      gates.shift()?.();
      await new Promise((done) => setTimeout(done, 5));
    }
  })();
  const statuses = await Promise.all(calls);
  over = true;
  await pump;
  assert.ok(most <= LIMIT, `${most} calls at once`);
  assert.ok(statuses.filter((status) => status === 200).length >= LIMIT, statuses.join());
  assert.deepEqual(t.proxy.services.pool.view().credentials.map(({ inFlight }) => inFlight), [0]);
  await upstream.shutdown();
});
