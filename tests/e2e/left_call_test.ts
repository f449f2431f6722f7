import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, MODEL, TOKEN, until } from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

function ask(t: UnderTest, signal: AbortSignal): Promise<Response> {
  return fetch(`${t.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: MODEL,
      stream: true,
      messages: [{ role: "user", content: "Hello ".repeat(200) }],
    }),
    signal,
  });
}

/** The record of the only call, once it is there. */
async function onlyRecord(t: UnderTest) {
  const { ledger } = t.proxy.services;
  await until(async () => {
    await ledger.flush();
    return (await ledger.requests({}, { limit: 2 })).items.length === 1;
  });
  return (await ledger.requests({}, { limit: 2 })).items[0]!;
}

const contents = [{ role: "user", parts: [{ text: "hello" }] }];
const messages = [{ role: "user", content: "hello" }];

/** A call of each kind, not streamed: its client has nothing yet when it leaves. */
const WHOLE: Readonly<Record<string, readonly [path: string, body?: unknown]>> = {
  chat: ["/v1/chat/completions", { model: MODEL, messages }],
  messages: ["/v1/messages", { model: MODEL, max_tokens: 10, messages }],
  responses: ["/v1/responses", { model: MODEL, input: "hello" }],
  native: [`/v1beta/models/${MODEL}:generateContent`, { contents }],
  count: ["/v1/messages/count_tokens", { model: MODEL, messages }],
  embeddings: ["/v1/embeddings", { model: "gemini-embedding-001", input: "hello" }],
  picture: ["/v1/images/generations", { model: "imagen-4.0-generate-001", prompt: "hello" }],
  speech: ["/v1/audio/speech", { model: "gemini-2.5-flash-preview-tts", input: "hello", voice: "alloy" }],
  "list of files": ["/v1beta/files"],
};

Deno.test("a client that leaves before its whole reply is recorded alike in every dialect, and asked for no more", async () => {
  await using t = await proxyUnderTest();
  const { ledger } = t.proxy.services;
  for (const [index, [name, [path, body]]] of Object.entries(WHOLE).entries()) {
    t.simulator.control.clearFaults();
    const before = t.simulator.log.length;
    t.simulator.control.fault({ kind: "hang_before_head" });
    const leaving = new AbortController();
    const left = fetch(t.url + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: leaving.signal,
    }).then((reply) => reply.text()).catch(() => {});
    await until(() => t.simulator.log.length > before);
    leaving.abort();
    await left;
    await until(async () => {
      await ledger.flush();
      return (await ledger.requests({}, { limit: 20 })).items.length === index + 1;
    });
    const [record] = (await ledger.requests({}, { limit: 1 })).items;
    assert.deepEqual(
      [record?.outcome, record?.status, record?.failure],
      ["cancelled", 499, "client_gone"],
      name,
    );
    assert.deepEqual(record?.attempts.map(({ failure }) => failure), ["client_gone"], name);
  }
  await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
});

for (
  const { when, fault } of [
    { when: "in mid-stream", fault: { kind: "stall", after: 1, ms: 5_000 } },
    { when: "before the first event", fault: { kind: "hang_before_head" } },
  ] as const
) {
  Deno.test(`a client that leaves ${when} is recorded with the attempt that was under way`, async () => {
    await using t = await proxyUnderTest({ ports: { clock: fastClock(20) } });
    t.simulator.control.fault({ ...fault, times: 1 });
    const leaving = new AbortController();
    const reply = await ask(t, leaving.signal);
    const reader = reply.body!.getReader();
    await reader.read();
    leaving.abort();
    await reader.read().catch(() => {});
    const record = await onlyRecord(t);
    assert.equal(record.outcome, "cancelled");
    assert.equal(record.status, 499);
    assert.deepEqual(record.attempts.map(({ failure }) => failure), ["client_gone"]);
    await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
    assertIdle(t);
  });
}
