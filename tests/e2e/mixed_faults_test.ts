/** Keys that are each ill in a way of their own, all at once and under a burst: one healthy key answers every call. */
import assert from "node:assert/strict";
import type { Fault, FaultKind, SimProject } from "../../src/sim/mod.ts";
import { withoutProxyExceptions } from "../support/proxy_exceptions.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, generateCalls, MODEL, tell, type Told, until } from "./calls.ts";

const keyOf = (index: number) => `AIzaSyTestKeyMixedFaults00000000000${String(index).padStart(4, "0")}`;
const projectsOf = (count: number): SimProject[] =>
  Array.from({ length: count }, (_, index) => ({ id: `project-${index}`, keys: [keyOf(index)] }));

const status = (code: number, body: unknown = ""): FaultKind => ({
  kind: "status",
  status: code,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const DAY_OUT = {
  error: {
    code: 429,
    status: "RESOURCE_EXHAUSTED",
    message: "You exceeded your current quota.",
    details: [{
      "@type": "type.googleapis.com/google.rpc.QuotaFailure",
      violations: [{
        quotaMetric: "generativelanguage.googleapis.com/generate_content_free_tier_requests",
        quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
        quotaDimensions: { location: "global", model: MODEL },
        quotaValue: "25",
      }],
    }],
  },
};

/** Ways to be ill, and to go on being so. */
const ILLNESSES: readonly FaultKind[] = [
  status(500),
  status(502),
  status(503),
  status(504),
  status(429),
  status(403),
  status(429, DAY_OUT),
  { ...status(200, "<html>Sign in</html>"), contentType: "text/html" } as FaultKind,
  { kind: "replay", body: "{}", contentType: "application/json" },
  { kind: "empty" },
  { kind: "truncate", after: 0 },
  { kind: "raw_error", after: 0 },
  { kind: "event_error", after: 0, status: 503 },
  { kind: "reset_before_head" },
  { kind: "hang_before_head" },
];

const contents = (text: string) => [{ role: "user", parts: [{ text }] }];
const messages = (content: string) => [{ role: "user", content }];
const native = (t: UnderTest, method: string, text: string) =>
  tell(t, `/v1beta/models/${MODEL}:${method}`, { body: { contents: contents(text) } });

/** A call of each kind; the same text is never sent twice, as a conversation keeps its key. */
const CALLS: Readonly<Record<string, (t: UnderTest, text: string) => Promise<Told>>> = {
  chat: (t, text) => ask(t, "chat", { text }),
  "chat streamed": (t, text) => ask(t, "chat", { text, stream: true }),
  messages: (t, text) => ask(t, "messages", { text }),
  "messages streamed": (t, text) => ask(t, "messages", { text, stream: true }),
  responses: (t, text) => ask(t, "responses", { text }),
  native: (t, text) => native(t, "generateContent", text),
  "native streamed": (t, text) => native(t, "streamGenerateContent?alt=sse", text),
  "native count": (t, text) => native(t, "countTokens", text),
  "messages count": (t, text) =>
    tell(t, "/v1/messages/count_tokens", { body: { model: MODEL, messages: messages(text) } }),
  embeddings: (t, input) => tell(t, "/v1/embeddings", { body: { model: "gemini-embedding-001", input } }),
  picture: (t, prompt) =>
    tell(t, "/v1/images/generations", { body: { model: "gemini-2.5-flash-image", prompt } }),
  speech: (t, input) =>
    tell(t, "/v1/audio/speech", { body: { model: "gemini-2.5-flash-preview-tts", input, voice: "alloy" } }),
  "list of files": (t) => tell(t, "/v1beta/files"),
};

/** Small numbers that look random, the same for a seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 >>> 0;
  return (below) => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

const KEYS = 6;
const BURST = 20;

for (const seed of [1, 2, 3]) {
  Deno.test(`five keys that are ill in ways of their own leave a burst to the sixth (${seed})`, async () => {
    const random = numbers(seed);
    const pick = <One>(all: readonly One[]) => all[random(all.length)]!;
    await using t = await proxyUnderTest({
      projects: projectsOf(KEYS),
      env: {
        TIMEOUT_READ_STREAMING: "3000",
        TIMEOUT_READ_NON_STREAMING: "3000",
        QUEUE_MAX_WAIT: "60000",
      },
    });
    for (let round = 0; round < 2; round++) {
      t.simulator.control.clearFaults();
      const ill = Array.from({ length: KEYS - 1 }, (_, index) => {
        const illness = pick(ILLNESSES);
        const fault = { ...illness, match: { key: keyOf(index) }, times: Infinity } as Fault;
        t.simulator.control.fault(fault);
        return illness.kind === "status" ? `status ${illness.status}` : illness.kind;
      });
      const names = Array.from({ length: BURST }, () => pick(Object.keys(CALLS)));
      const told = await Promise.all(
        names.map((name, index) => CALLS[name]!(t, `${seed} ${round} ${index}`)),
      );
      for (const [index, { status: code, text }] of told.entries()) {
        const where = `${names[index]} beside ${ill.join(", ")}: ${text.slice(0, 300)}`;
        assert.equal(code, 200, where);
        assert.doesNotMatch(text, /"error"\s*:\s*\{/, where);
        assert.ok(text.trim() !== "{}" || names[index] === "list of files", where);
      }
    }
  });
}

Deno.test("a call waits for a slot of a healthy key, and is not refused for another key's day", async () => {
  await using t = await proxyUnderTest({
    projects: projectsOf(3),
    env: { MAX_CONCURRENT_REQUESTS_PER_KEY: "1" },
  });
  const { control } = t.simulator;
  const [outOfDay, busy, failing] = [keyOf(0), keyOf(1), keyOf(2)];
  control.fault({ ...status(429, DAY_OUT), match: { key: outOfDay }, times: Infinity } as Fault);
  control.fault({ ...status(503), match: { key: failing }, times: Infinity } as Fault);
  // The day of the first is learned.
  await until(async () => {
    await ask(t, "chat", { text: crypto.randomUUID() });
    return generateCalls(t).some(({ key }) => key === outOfDay);
  }, 20_000);
  control.fault({ kind: "latency", ms: 1_500, match: { key: busy } });
  const before = generateCalls(t).filter(({ key }) => key === busy).length;
  const first = ask(t, "chat", { text: "holds the only slot" });
  await until(() => generateCalls(t).filter(({ key }) => key === busy).length > before, 20_000);
  const second = await ask(t, "chat", { text: "finds it taken" });
  assert.equal(second.status, 200, second.text);
  assert.equal((await first).status, 200);
});

Deno.test("a key whose own outgoing proxy takes connections and says nothing rests, and another key answers", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const taken: Deno.TcpConn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) taken.push(connection);
  })();
  try {
    await using t = await proxyUnderTest({
      env: { TIMEOUT_READ_STREAMING: "1000", TIMEOUT_READ_NON_STREAMING: "1000" },
    });
    const proxy = `http://127.0.0.1:${listener.addr.port}`;
    const [first, second] = await t.proxy.services.admin.keys();
    assert.equal((await tell(t, `/api/keys/${first?.id}`, { method: "PATCH", body: { proxy } })).status, 200);
    using _ = withoutProxyExceptions();
    // Which of two idle keys goes first is the policy's choice: so many calls until one was sent to the silent proxy.
    let calls = 0;
    for (; calls < 4 || (taken.length === 0 && calls < 20); calls++) {
      const told = await ask(t, "chat", { text: `call ${calls}`, stream: calls % 2 === 1 });
      assert.equal(told.status, 200, told.text);
      assert.doesNotMatch(told.text, /"error"\s*:\s*\{/);
    }
    assert.ok(
      taken.length >= 1 && taken.length < 4,
      `${taken.length} of ${calls} calls were sent into the void`,
    );
    // With no other way out the call ends by the documented time, in words that say what was waited for.
    assert.equal(
      (await tell(t, `/api/keys/${second?.id}`, { method: "PATCH", body: { proxy } })).status,
      200,
    );
    const refused = await ask(t, "chat", { text: "nobody can" });
    assert.equal(refused.status, 504, refused.text);
    assert.match(refused.text, /did not answer within 1000 ms/);
  } finally {
    for (const connection of taken) connection.close();
    listener.close();
    await accepting;
  }
});
