import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, askNative, DIALECT_NAMES, generateCalls, tell, type Told } from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

const SENTENCE = "Unable to show the generated image.";

function reply(reason: string): string {
  return JSON.stringify({
    candidates: [{
      content: { role: "model", parts: [] },
      finishReason: reason,
      finishMessage: SENTENCE,
      index: 0,
    }],
    usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 },
    modelVersion: "gemini-2.5-flash",
    responseId: "r1",
  });
}

/** Makes every call end with this reason and nothing else. */
function finishWith(t: UnderTest, reason: string, stream: boolean): string {
  const body = stream ? `data: ${reply(reason)}\r\n\r\n` : reply(reason);
  t.simulator.control.fault({
    kind: "replay",
    body,
    contentType: stream ? "text/event-stream" : "application/json",
    times: Infinity,
  });
  return body;
}

for (const reason of ["NO_IMAGE", "OTHER", "IMAGE_OTHER", "SAFETY", "A_REASON_OF_NEXT_YEAR"]) {
  for (const stream of [false, true]) {
    Deno.test(`finish reasons: ${reason} without content is one call, with Google's sentence (stream ${stream})`, async () => {
      await using t = await proxyUnderTest();
      finishWith(t, reason, stream);
      for (const dialect of DIALECT_NAMES) {
        const before = generateCalls(t).length;
        const told = await ask(t, dialect, { stream });
        assert.equal(told.status, 200, told.text);
        assert.equal(generateCalls(t).length - before, 1, dialect);
        assert.match(told.text, /content_filter|refusal/, dialect);
        if (dialect !== "responses") assert.ok(told.text.includes(SENTENCE), `${dialect}: ${told.text}`);
      }
      const native = await askNative(t, stream ? "streamGenerateContent?alt=sse" : "generateContent");
      assert.equal(native.status, 200);
      assert.ok(native.text.includes(SENTENCE));
    });
  }
}

for (const reason of ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"]) {
  for (const stream of [false, true]) {
    Deno.test(`finish reasons: ${reason} on the native lane ends in Google's own last reply (stream ${stream})`, async () => {
      await using t = await proxyUnderTest({ ports: { clock: fastClock(20) } });
      const body = finishWith(t, reason, stream);
      const told = await askNative(t, stream ? "streamGenerateContent?alt=sse" : "generateContent");
      assert.equal(told.status, 200, told.text);
      assert.equal(told.text, body);
      assert.ok(generateCalls(t).length > 1, "no second try");
    });
  }
}

Deno.test("counting: a 503 is answered with an estimate in seconds at most, on both lanes, and says so", async () => {
  const clock = fastClock(1);
  await using t = await proxyUnderTest({ ports: { clock } });
  t.simulator.control.fault({
    kind: "status",
    status: 503,
    body: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" },
    match: { method: "countTokens" },
    times: Infinity,
  });
  const started = clock.now();
  const lanes: readonly Promise<Told>[] = [
    askNative(t, "countTokens"),
    tell(t, "/v1/messages/count_tokens", {
      body: { model: "gemini-2.5-flash", messages: [{ role: "user", content: "hello" }] },
    }),
  ];
  for (const told of await Promise.all(lanes)) {
    assert.equal(told.status, 200, told.text);
    assert.match(told.text, /"(totalTokens|input_tokens)":\s*\d/);
    assert.match(told.headers.get("x-geminitro-warnings") ?? "", /estimate/);
  }
  assert.ok(clock.now() - started < 8_000);
  assert.equal((await ask(t, "chat")).status, 200);
});
