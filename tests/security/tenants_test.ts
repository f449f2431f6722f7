/** docs/security.md: clients do not see each other, and their limits hold for all they can ask. */
import assert from "node:assert/strict";
import { createGeminitro, type Geminitro, serve } from "../../src/composition/mod.ts";
import { serveSimulator } from "../../src/sim/mod.ts";
import { removeFolder } from "../support/remove_folder.ts";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { tell } from "../e2e/calls.ts";

const MODEL = "gemini-2.5-flash";

async function tokenOf(proxy: Geminitro, name: string, more: object = {}): Promise<string> {
  const made = await proxy.services.admin.addClient({ name, ...more });
  assert.ok(made.ok);
  return made.value.token;
}

function as(token: string) {
  return { authorization: `Bearer ${token}` };
}

Deno.test("a stored response is its maker's and the owner's: others are told that there is none", async () => {
  await using t = await proxyUnderTest();
  const [a, b] = [await tokenOf(t.proxy, "a"), await tokenOf(t.proxy, "b")];
  const make = async (headers: Record<string, string>, more: object = {}) => {
    const told = await tell(t, "/v1/responses", {
      headers,
      body: { model: MODEL, input: "hi", store: true, ...more },
    });
    return { ...told, id: String(told.json["id"]) };
  };
  const made = await make(as(a));
  assert.equal(made.status, 200, made.text);
  const path = `/v1/responses/${made.id}`;
  const missing = await tell(t, "/v1/responses/resp_that_never_was", { headers: as(b) });
  for (const method of ["GET", "DELETE"]) {
    const told = await tell(t, path, { method, headers: as(b) });
    assert.equal(told.status, 404);
    assert.deepEqual(told.json["error"], missing.json["error"], "it is told apart from one that never was");
  }
  const chained = await make(as(b), { previous_response_id: made.id });
  const chainedNever = await make(as(b), { previous_response_id: "resp_that_never_was" });
  assert.equal(chained.status, chainedNever.status, chained.text);
  assert.ok(chained.status >= 400 && chained.status < 500);
  assert.equal((await make(as(a), { previous_response_id: made.id })).status, 200);
  assert.equal((await tell(t, path)).status, 200, "the owner sees all");
  assert.equal((await tell(t, path, { headers: as(a) })).status, 200);
  assert.equal((await tell(t, path, { method: "DELETE", headers: as(a) })).status, 200);
  assert.equal((await tell(t, path, { headers: as(a) })).status, 404);
});

/** What a client may ask; the first model method is the one that is served. */
async function askAll(t: UnderTest, headers: Record<string, string>): Promise<readonly number[]> {
  const contents = [{ role: "user", parts: [{ text: "hi" }] }];
  const requests: readonly (readonly [path: string, method: string, body?: unknown])[] = [
    ["/v1/chat/completions", "POST", { model: MODEL, messages: [{ role: "user", content: "hi" }] }],
    ["/v1/chat/completions", "POST", {
      model: "nobody-knows-1",
      messages: [{ role: "user", content: "hi" }],
    }],
    [`/v1beta/models/nobody-knows-2:generateContent`, "POST", { contents }],
    [`/v1beta/models/${MODEL}:generateContent`, "POST", { contents }],
    [`/v1beta/models/${MODEL}:countTokens`, "POST", { contents }],
    ["/v1/messages/count_tokens", "POST", { model: MODEL, messages: [{ role: "user", content: "hi" }] }],
    ["/v1beta/files", "GET"],
    ["/v1beta/files/abcdefgh", "GET"],
    ["/v1beta/cachedContents", "POST", { model: `models/${MODEL}`, contents }],
    ["/upload/v1beta/files", "POST", {}],
    ["/v1/embeddings", "POST", { model: "gemini-embedding-001", input: "hi" }],
    ["/v1/responses", "POST", { model: MODEL, input: "hi" }],
    ["/v1/messages", "POST", { model: MODEL, max_tokens: 9, messages: [{ role: "user", content: "hi" }] }],
  ];
  const statuses: number[] = [];
  for (const [path, method, body] of requests) {
    statuses.push((await tell(t, path, { method, headers, ...(body === undefined ? {} : { body }) })).status);
  }
  return statuses;
}

Deno.test("rates and budgets hold for every route that may reach Google, unknown models too", async () => {
  await using t = await proxyUnderTest();
  for (
    const limits of [
      { requestsPerMinute: 1 },
      { budget: { unit: "requests", limit: 1, period: "daily" } },
      { budget: { unit: "requests", limit: 1, period: "total" } },
    ]
  ) {
    const headers = as(await tokenOf(t.proxy, JSON.stringify(limits), limits));
    const [first, ...others] = await askAll(t, headers);
    assert.equal(first, 200);
    assert.deepEqual(new Set(others), new Set([429]), `${JSON.stringify(limits)}: ${others}`);
    assert.equal((await tell(t, "/v1/models", { headers })).status, 200, "what costs nothing goes on");
  }
});

Deno.test("tokens and money: calls at once cannot all spend what is left", async () => {
  await using t = await proxyUnderTest();
  for (const unit of ["tokens", "usd"] as const) {
    const limit = unit === "tokens" ? 30 : 0.000_01;
    const headers = as(await tokenOf(t.proxy, unit, { budget: { unit, limit, period: "monthly" } }));
    const before = t.simulator.log.length;
    const body = { model: MODEL, messages: [{ role: "user", content: "say a few words of an answer" }] };
    const all = await Promise.all(
      Array.from(
        { length: 30 },
        async () => (await tell(t, "/v1/chat/completions", { headers, body })).status,
      ),
    );
    const served = all.filter((status) => status === 200).length;
    assert.ok(served >= 1 && served <= 3, `${unit}: ${served} of 30 were served`);
    assert.equal(t.simulator.log.length - before, served);
  }
});

Deno.test("a budget of five lets five of fifty through, over two processes", async () => {
  const home = await Deno.makeTempDir({ prefix: "geminitro-tenants-" });
  const simulator = serveSimulator({
    projects: KEYS.map((key, index) => ({ id: `project-${index}`, keys: [key] })),
    port: 0,
    hostname: "127.0.0.1",
  });
  try {
    const open = () =>
      createGeminitro({
        env: { GEMINITRO_HOME: home, GEMINI_API_URL: simulator.url, LOG_LEVEL: "error" },
        print: () => {},
      });
    const [first, second] = [await open(), await open()];
    await first.services.admin.addKeys({ keys: [...KEYS] });
    const token = await tokenOf(first, "five", { budget: { unit: "requests", limit: 5, period: "daily" } });
    const servings = await Promise.all(
      [first, second].map((one) => serve(one, { host: "127.0.0.1", port: 0 })),
    );
    const ask = async (url: string) => {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { ...as(token), "content-type": "application/json" },
        body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "hi" }] }),
      });
      await response.text();
      return response.status;
    };
    // The other process hears of the new client and the new keys within a second or two.
    for (let turn = 0; turn < 100 && second.services.catalog.list().length === 0; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const known = () => second.services.admin.authenticate(token) !== undefined;
    for (let turn = 0; turn < 100 && !known(); turn++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const statuses = await Promise.all(
      Array.from({ length: 50 }, (_, index) => ask(servings[index % 2]!.url)),
    );
    assert.equal(statuses.filter((status) => status === 200).length, 5, statuses.join());
    assert.equal(statuses.filter((status) => status === 429).length, 45);
    const calls = simulator.log.filter(({ path }) => path.includes("enerateContent")).length;
    assert.equal(calls, 5);
    await Promise.all(servings.map((serving) => serving.stop(500)));
  } finally {
    await simulator.close();
    await removeFolder(home);
  }
});
