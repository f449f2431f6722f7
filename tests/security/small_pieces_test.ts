/** docs/security.md, "What an upstream can answer": a reply in the smallest pieces costs what is in it, not a buffer a piece. */
import assert from "node:assert/strict";
import { ask, askNative } from "../e2e/calls.ts";
import { fastClock } from "../e2e/fast_clock.ts";
import { head, HostileUpstream } from "../support/hostile_upstream.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";

const PIECES = 4_000;
/** Of the 260 MB that its buffers have; what is thrown away at once is collected only now and then. */
const MOST_HELD = 150_000_000;

/** A whole turn with a long text, a few bytes at a time. */
async function* inPieces(): AsyncGenerator<string> {
  yield head(200, "application/json");
  yield '{"candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[{"text":"';
  for (let piece = 0; piece < PIECES; piece++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    yield `piece ${piece} `;
  }
  yield '"}]}}]}';
}

Deno.test("upstream: a whole reply in pieces of a few bytes takes little more memory than its bytes", async () => {
  await using upstream = new HostileUpstream(inPieces);
  await using t = await proxyUnderTest({
    env: { GEMINI_API_URL: upstream.url, QUEUE_MAX_WAIT: "0" },
    // Thousands of turns take minutes on a busy machine, which must not end the call.
    ports: { clock: fastClock(1) },
  });
  const lanes = [
    ["chat", () => ask(t, "chat")] as const,
    ["native", () => askNative(t, "generateContent")] as const,
  ];
  for (const [lane, call] of lanes) {
    const before = Deno.memoryUsage().external;
    let most = 0;
    const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().external - before), 50);
    const told = await call();
    clearInterval(watch);
    assert.equal(told.status, 200, told.text.slice(0, 300));
    assert.ok(told.text.includes(`piece ${PIECES - 1}`), lane);
    assert.ok(most < MOST_HELD, `${lane} held ${Math.round(most / 1e6)} MB`);
  }
});
