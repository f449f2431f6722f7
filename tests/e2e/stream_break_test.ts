import assert from "node:assert/strict";
import type { Fault } from "../../src/sim/mod.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import {
  ask,
  askNative,
  assertIdle,
  at,
  DIALECT_NAMES,
  type DialectName,
  frames,
  generateCalls,
  textOf,
  type Told,
} from "./calls.ts";

/** What may happen after the first event was sent. */
const AFTER: readonly { readonly name: string; readonly fault: Fault }[] = [
  { name: "a reset", fault: { kind: "reset_mid_stream", after: 2 } },
  { name: "a truncated stream", fault: { kind: "truncate", after: 2 } },
  { name: "an error event", fault: { kind: "event_error", after: 2 } },
  { name: "a raw error", fault: { kind: "raw_error", after: 2 } },
  { name: "a stall", fault: { kind: "hang", after: 2 } },
];
/** Silence is waited for only where it is the fault, and longer than a busy machine lets a first event wait. */
const silence = ({ kind }: Fault) => ({ TIMEOUT_READ_STREAMING: kind === "hang" ? "1000" : "30000" });
const LONG = `say exactly: ${"many words follow here ".repeat(20)}`;

for (const { name, fault } of AFTER) {
  Deno.test(`stream break: ${name} in mid-stream ends in the dialect's own error and never as whole`, async () => {
    await using t = await proxyUnderTest({ env: silence(fault) });
    for (const dialect of DIALECT_NAMES) {
      t.simulator.control.fault(fault);
      const told = await ask(t, dialect, { stream: true, text: LONG });
      assert.equal(told.status, 200);
      assert.ok(textOf(dialect, told).length > 0, "nothing came before the break");
      assertBroken(dialect, told);
      assert.equal(generateCalls(t).length, DIALECT_NAMES.indexOf(dialect) + 1, "it was tried again");
      assertIdle(t);
    }
  });

  Deno.test(`stream break: ${name} in mid-stream of a native stream ends in Google's kind of error`, async () => {
    await using t = await proxyUnderTest({ env: silence(fault) });
    t.simulator.control.fault(fault);
    const told = await askNative(t, "streamGenerateContent?alt=sse", {
      contents: [{ role: "user", parts: [{ text: LONG }] }],
    });
    assert.equal(told.status, 200);
    assert.ok(!told.text.includes("finishReason"));
    assert.equal(told.text.match(/"error"/g)?.length, 1, `one error, told once: ${told.text.slice(-700)}`);
    assertIdle(t);
  });
}

function assertBroken(dialect: DialectName, told: Told): void {
  const all = frames(told.text);
  if (dialect === "chat") {
    assert.ok(!told.text.includes("[DONE]"), "a broken stream ended with [DONE]");
    assert.ok(all.some((frame) => frame["error"] !== undefined), told.text);
    assert.ok(all.every((frame) => typeof at(frame, "choices.0.finish_reason") !== "string"));
  } else if (dialect === "messages") {
    assert.equal(all.at(-1)?.["type"], "error", told.text);
    assert.ok(!told.text.includes("message_stop"));
  } else {
    const types = all.map(({ type }) => type);
    assert.ok(types.includes("response.failed") || types.includes("error"), types.join());
    assert.ok(!types.includes("response.completed"));
  }
}

const event = (chunk: unknown) => `data: ${JSON.stringify(chunk)}\r\n\r\n`;
const USAGE = { usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } };
const OVERLOADED = {
  error: { code: 503, message: "The model is overloaded. Please try again later.", status: "UNAVAILABLE" },
};
const EMPTY = { candidates: [{ content: { role: "model", parts: [{ text: "" }] }, index: 0 }], ...USAGE };

/** Beginnings of a stream in which nothing was shown yet, so that another key may answer unseen. */
const UNSEEN: Readonly<Record<string, readonly string[]>> = {
  "what it cost, then an error event": [event(USAGE), event(OVERLOADED)],
  "both in one piece": [event(USAGE) + event(OVERLOADED)],
  "what it cost, then a bare error": [event(USAGE), JSON.stringify(OVERLOADED)],
  "an empty text, then an error event": [event(EMPTY), event(OVERLOADED)],
  "what it cost, then the end": [event(USAGE)],
  "what it cost, then an empty finish": [
    event(USAGE),
    event({ candidates: [{ finishReason: "STOP", index: 0 }] }),
  ],
};

Deno.test("stream break: a stream that breaks before anything was shown is tried again, native too", async () => {
  await using t = await proxyUnderTest();
  for (const [name, body] of Object.entries(UNSEEN)) {
    for (const lane of ["native", "chat"] as const) {
      const before = generateCalls(t).length;
      t.simulator.control.replay(body, { contentType: "text/event-stream" });
      const told = lane === "native"
        ? await askNative(t, "streamGenerateContent?alt=sse", {
          contents: [{ role: "user", parts: [{ text: "hello" }] }],
        })
        : await ask(t, lane, { stream: true, text: "hello" });
      assert.equal(told.status, 200, `${name}, ${lane}`);
      assert.match(told.text, /You said/, `${name}, ${lane}`);
      assert.equal(generateCalls(t).length - before, 2, `${name}, ${lane}`);
    }
  }
  assertIdle(t);
});
