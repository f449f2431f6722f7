import assert from "node:assert/strict";
import { serveSimulator } from "../../src/sim/mod.ts";
import { KEYS } from "../support/proxy_under_test.ts";
import { ServedProcess } from "../support/served_process.ts";

const SLOW_MS = 13_000;

/** When the head and the first byte of an answer came, and all of it. */
async function timed(url: string, body: unknown) {
  const started = performance.now();
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: "Bearer geminitro", "content-type": "application/json", connection: "close" },
    body: JSON.stringify(body),
  });
  const headMs = performance.now() - started;
  return { headMs, status: response.status, text: await response.text() };
}

Deno.test("KEEP_ALIVE_WHOLE: a whole reply that takes long shows its head and blanks before the JSON", async () => {
  const projects = [{ id: "one", keys: [KEYS[0]!] }];
  const simulator = serveSimulator({ projects, latencyMs: SLOW_MS });
  const chat = { model: "gemini-2.5-flash", messages: [{ role: "user", content: "hello" }] };
  try {
    await using served = await ServedProcess.open({
      env: { GEMINI_API_URL: simulator.url, GEMINI_API_KEYS: KEYS[0]!, KEEP_ALIVE_WHOLE: "true" },
    });
    const [whole, native] = await Promise.all([
      timed(`${served.url}/v1/chat/completions`, chat),
      timed(`${served.url}/v1beta/models/gemini-2.5-flash:generateContent`, {
        contents: [{ role: "user", parts: [{ text: "hello" }] }],
      }),
    ]);
    for (const { headMs, status, text } of [whole, native]) {
      assert.equal(status, 200);
      assert.ok(headMs < SLOW_MS - 1_000, `${headMs} ms`);
      assert.match(text, /^ +\{/);
      assert.ok(JSON.parse(text).error === undefined, text);
    }
  } finally {
    await simulator.close();
  }
});
