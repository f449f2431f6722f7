/** docs/security.md, "What an upstream can answer": what is large waits for room, and all of it comes through. */
import assert from "node:assert/strict";
import { ask, DIALECT_NAMES } from "../e2e/calls.ts";
import { UPSTREAM_BOUNDS } from "../../src/upstreams/mod.ts";
import { head, HostileUpstream, whole } from "../support/hostile_upstream.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";

const PICTURE = "QUJD".repeat(2_500_000);
const TURN = JSON.stringify({
  candidates: [{
    index: 0,
    finishReason: "STOP",
    content: {
      role: "model",
      parts: [{ text: "here" }, { inlineData: { mimeType: "image/png", data: PICTURE } }],
    },
  }],
});

Deno.test("upstream: large replies wait for each other's room on every lane, and none is refused", async () => {
  const streamed = head(200, "text/event-stream") + `data: ${TURN}\r\n\r\n`;
  const plain = whole(200, "application/json", TURN);
  await using upstream = new HostileUpstream(({ path }) => [path.includes("alt=sse") ? streamed : plain]);
  await using t = await proxyUnderTest({ env: { GEMINI_API_URL: upstream.url, QUEUE_MAX_WAIT: "0" } });
  const calls = DIALECT_NAMES.flatMap((dialect) =>
    [false, true].map((stream) => [`${dialect} ${stream}`, ask(t, dialect, { stream })] as const)
  );
  assert.ok(calls.length * TURN.length > UPSTREAM_BOUNDS.waitingBytes);
  for (const [lane, call] of calls) {
    const told = await call;
    assert.equal(told.status, 200, `${lane}: ${told.text.slice(0, 300)}`);
    assert.doesNotMatch(told.text.slice(-2_000), /"error"/, lane);
  }
  assert.equal(upstream.calls, calls.length);
});
