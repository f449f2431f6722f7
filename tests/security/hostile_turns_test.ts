/** docs/security.md, "What an upstream can answer": turns that are kept until their end have a bound. */
import assert from "node:assert/strict";
import { ask } from "../e2e/calls.ts";
import { chunk, endless, head, HostileUpstream } from "../support/hostile_upstream.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";

Deno.test("upstream: a turn of tiny events without end is refused at MAX_REPLY_BYTES where it is kept", async () => {
  await using upstream = new HostileUpstream(() => endless(chunk("x"), head(200, "text/event-stream")));
  await using t = await proxyUnderTest({ env: { GEMINI_API_URL: upstream.url, MAX_REPLY_BYTES: "1000000" } });
  // Stored when it is over, and so kept until then.
  const { status, text } = await ask(t, "responses", { stream: true });
  assert.equal(status, 200, text.slice(0, 300));
  // The text so far is repeated in the last events.
  const words = text.replace(/x{9,}/g, "x");
  assert.match(words.slice(-2_000), /"code":"upstream_reply_too_large".*MAX_REPLY_BYTES/);
  assert.equal(upstream.calls, 1);
});
