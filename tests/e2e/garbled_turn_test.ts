import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { ask, assertIdle, at, DIALECT_NAMES, frames, generateCalls, textOf } from "./calls.ts";

const garbled = (parts: readonly object[], finishReason?: string) => ({
  candidates: [{
    content: { role: "model", parts },
    index: 0,
    ...(finishReason === undefined ? {} : { finishReason }),
  }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
});
const sse = (chunk: object) => `data: ${JSON.stringify(chunk)}\r\n\r\n`;

for (const reason of ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"]) {
  Deno.test(`${reason} after text is tried again while nothing was sent`, async () => {
    await using t = await proxyUnderTest();
    for (const dialect of DIALECT_NAMES) {
      const before = generateCalls(t).length;
      t.simulator.control.replay(JSON.stringify(garbled([{ text: "half" }], reason)), {
        contentType: "application/json",
      });
      const told = await ask(t, dialect);
      assert.equal(told.status, 200, told.text);
      assert.equal(textOf(dialect, told), "You said: hello");
      assert.equal(generateCalls(t).length - before, 2);
      assertIdle(t);
    }
  });

  Deno.test(`${reason} after text was streamed is an error in the stream, never a finish`, async () => {
    await using t = await proxyUnderTest();
    for (const dialect of DIALECT_NAMES) {
      // The pieces are apart in time, so that the first is on its way before the second comes.
      t.simulator.control.fault({ kind: "slow", ms: 30 });
      t.simulator.control.replay([sse(garbled([{ text: "half" }])), sse(garbled([], reason))], {
        contentType: "text/event-stream",
      });
      const told = await ask(t, dialect, { stream: true });
      const all = frames(told.text);
      assert.equal(textOf(dialect, told), "half");
      assert.ok(!told.text.includes("[DONE]") && !told.text.includes("message_stop"), told.text);
      assert.ok(all.every((frame) => typeof at(frame, "choices.0.finish_reason") !== "string"));
      const last = all.at(-1)!;
      assert.ok(
        last["error"] !== undefined || last["type"] === "error" || last["type"] === "response.failed",
        told.text,
      );
      assertIdle(t);
    }
  });
}

Deno.test("a turn that stays garbled is a server error in every dialect", async () => {
  await using t = await proxyUnderTest();
  for (const dialect of DIALECT_NAMES) {
    t.simulator.control.clearFaults();
    t.simulator.control.fault({ kind: "malformed_call", times: Infinity });
    for (const stream of [false, true]) {
      const told = await ask(t, dialect, { stream });
      assert.ok(told.status >= 500, told.text);
    }
    assertIdle(t);
  }
});

Deno.test("a large whole reply that begins with a byte order mark is a reply in every dialect", async () => {
  await using t = await proxyUnderTest();
  const text = "x".repeat(400_000);
  for (const dialect of DIALECT_NAMES) {
    const before = generateCalls(t).length;
    t.simulator.control.replay(`\ufeff${JSON.stringify(garbled([{ text }], "STOP"))}`, {
      contentType: "application/json",
    });
    const told = await ask(t, dialect);
    assert.equal(told.status, 200, told.text.slice(0, 300));
    assert.equal(textOf(dialect, told), text);
    assert.equal(generateCalls(t).length - before, 1);
  }
  assertIdle(t);
});
