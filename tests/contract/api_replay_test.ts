import assert from "node:assert/strict";
import { createGeminitro, type Geminitro } from "../../src/composition/mod.ts";
import { createSimulator, type SimLogEntry } from "../../src/sim/mod.ts";
import { TimedClock } from "../support/timed_clock.ts";

const TOKEN = "owner-token-of-the-replay-test";
const KEYS = ["AIzaSyReplay-aaaaaaaaaaaaaaaaaaaaaaaaa1", "AIzaSyReplay-bbbbbbbbbbbbbbbbbbbbbbbbb2"] as const;

interface Bench {
  readonly proxy: Geminitro;
  readonly calls: readonly SimLogEntry[];
  ask(path: string, body?: unknown, method?: string): Promise<Response>;
}

/** The whole program between an agent and a simulated Google. */
async function withProxy(env: Record<string, string>, run: (bench: Bench) => Promise<void>): Promise<void> {
  const simulator = createSimulator({ projects: [{ id: "one", keys: [...KEYS] }] });
  let ids = 0;
  const clock = new TimedClock();
  const proxy = await createGeminitro({
    env: {
      GEMINITRO_KV: ":memory:",
      GEMINITRO_HOME: "/nonexistent/geminitro",
      PROXY_API_KEY: TOKEN,
      LOG_LEVEL: "error",
      ...env,
    },
    print: () => {},
    ports: {
      clock,
      random: () => 0.5,
      newId: (prefix) => `${prefix}${String(++ids).padStart(24, "0")}`,
      fetch: (input, init) => simulator.fetch(new Request(input, init)),
    },
  });
  await proxy.services.admin.addKeys({ keys: KEYS });
  const ask = (path: string, body?: unknown, method = "POST") =>
    proxy.fetch(
      new Request(`http://127.0.0.1:8080${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  const bench: Bench = {
    proxy,
    ask,
    get calls() {
      return simulator.log.filter((entry) => entry.method.endsWith("enerateContent"));
    },
  };
  try {
    await run(bench);
  } finally {
    await proxy.close();
    clock.stop();
  }
}

function chat(content: string, more: Record<string, unknown> = {}) {
  return { model: "gemini-2.5-flash", messages: [{ role: "user", content }], ...more };
}

/** What the API tells of a request, once it is written and its body is kept. */
async function detail(bench: Bench, id: string | null): Promise<Record<string, never>> {
  for (let tries = 0; tries < 200; tries++) {
    await bench.proxy.services.ledger.flush();
    const response = await bench.ask(`/api/requests/${id}`, undefined, "GET");
    if (response.status === 200) {
      const value = await response.json();
      if (value.bodies !== null || tries > 20) return value;
    } else await response.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("The record did not come");
}

Deno.test("bodies are kept with LOG_BODIES alone, without secrets, and show in the request's detail", async () => {
  await withProxy({ LOG_BODIES: "true" }, async (bench) => {
    const reply = await bench.ask("/v1/chat/completions", chat(`Say hello to ${KEYS[0]}`));
    const text = await reply.text();
    const { bodies } = await detail(bench, reply.headers.get("x-request-id")) as unknown as {
      bodies: {
        path: string;
        request: { text: string; whole: boolean };
        reply: { text: string; whole: boolean };
      };
    };
    assert.equal(bodies.path, "/v1/chat/completions");
    assert.match(bodies.request.text, /Say hello to \[redacted\]/);
    assert.equal(bodies.reply.text.includes("finish_reason"), true);
    assert.deepEqual([bodies.request.whole, bodies.reply.whole], [true, true]);
    assert.ok(text.length > 0);
  });
  await withProxy({}, async (bench) => {
    const reply = await bench.ask("/v1/chat/completions", chat("Hello"));
    await reply.text();
    const id = reply.headers.get("x-request-id");
    assert.equal((await detail(bench, id)).bodies, null);
    const refused = await bench.ask(`/api/requests/${id}/replay`, {});
    assert.equal(refused.status, 409);
    assert.match(JSON.stringify(await refused.json()), /LOG_BODIES/);
  });
});

Deno.test("a request can be sent again, on one key and with another model", () =>
  withProxy({ LOG_BODIES: "true" }, async (bench) => {
    const reply = await bench.ask("/v1/chat/completions", chat("Once more", { stream: true }));
    const first = await reply.text();
    const id = reply.headers.get("x-request-id");
    await detail(bench, id);
    const keys = await bench.proxy.services.admin.keys();
    for (const [index, key] of keys.entries()) {
      const again = await bench.ask(`/api/requests/${id}/replay`, { key: key.id, model: "gemini-2.5-pro" });
      const answer = await again.json();
      assert.deepEqual([again.status, answer.status, answer.contentType], [
        200,
        200,
        "text/event-stream; charset=utf-8",
      ]);
      assert.notEqual(answer.id, id);
      const last = bench.calls.at(-1);
      assert.deepEqual([last?.key, last?.model], [KEYS[index], "gemini-2.5-pro"]);
    }
    assert.match(first, /\[DONE\]/);
    const unknown = await bench.ask(`/api/requests/${id}/replay`, { key: "nobody-has-this-key" });
    assert.equal(unknown.status, 404);
    await unknown.body?.cancel();
    const missing = await bench.ask(`/api/requests/req_nothing/replay`, {});
    assert.equal(missing.status, 404);
    await missing.body?.cancel();
  }));

Deno.test("a native request can be sent again; one too large to be kept whole cannot", () =>
  withProxy({ LOG_BODIES: "true" }, async (bench) => {
    const native = await bench.ask("/v1beta/models/gemini-2.5-flash:generateContent", {
      contents: [{ role: "user", parts: [{ text: "Hi" }] }],
    });
    await native.text();
    const id = native.headers.get("x-request-id");
    await detail(bench, id);
    const again = await bench.ask(`/api/requests/${id}/replay`, { model: "gemini-2.5-pro" });
    assert.equal((await again.json()).status, 200);
    assert.equal(bench.calls.at(-1)?.model, "gemini-2.5-pro");
    const large = await bench.ask("/v1/chat/completions", chat("x".repeat(70_000)));
    await large.text();
    await detail(bench, large.headers.get("x-request-id"));
    const refused = await bench.ask(`/api/requests/${large.headers.get("x-request-id")}/replay`, {});
    assert.equal(refused.status, 409);
    assert.match(JSON.stringify(await refused.json()), /64 KiB/);
  }));
