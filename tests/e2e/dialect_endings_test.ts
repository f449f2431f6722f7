/** How turns end that end otherwise: reasons that Gemini will invent, and streams that are cut. */
import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import {
  ask,
  at,
  DIALECT_NAMES,
  type DialectName,
  frames,
  generateCalls,
  textOf,
  type Told,
} from "./calls.ts";
import { JSON_REPLY, replyOf } from "./dialect_bodies.ts";

const SSE = { contentType: "text/event-stream" };

/** Gemini's own reason where the dialect tells it. */
function nativeOf(dialect: DialectName, told: Told, stream: boolean): unknown {
  const all = stream ? frames(told.text) : [told.json];
  const paths = {
    chat: ["choices.0.native_finish_reason"],
    messages: ["native_finish_reason", "delta.native_finish_reason"],
    responses: ["native_finish_reason", "response.native_finish_reason"],
  }[dialect];
  return all.flatMap((frame) => paths.map((path) => at(frame, path))).find((found) => found !== undefined);
}

for (const dialect of DIALECT_NAMES) {
  for (const reason of ["OTHER", "IMAGE_OTHER", "NEXT_YEARS_REASON"]) {
    for (const stream of [false, true]) {
      Deno.test(`${dialect}: ${reason} is one call, and the reason is told (stream ${stream})`, async () => {
        await using t = await proxyUnderTest();
        for (const parts of [[{ text: "some" }], []]) {
          const reply = replyOf(parts, { finishReason: reason });
          t.simulator.control.replay(stream ? `data: ${reply}\r\n\r\n` : reply, stream ? SSE : JSON_REPLY);
          const before = generateCalls(t).length;
          const told = await ask(t, dialect, { stream });
          assert.equal(told.status, 200, told.text);
          assert.equal(generateCalls(t).length, before + 1);
          assert.equal(textOf(dialect, told), parts.length === 0 ? "" : "some");
          assert.equal(nativeOf(dialect, told, stream), reason);
        }
      });
    }
  }

  Deno.test(`${dialect}: a plain end has no second reason`, async () => {
    await using t = await proxyUnderTest();
    const told = await ask(t, dialect);
    assert.equal(nativeOf(dialect, told, false), undefined);
  });

  Deno.test(`${dialect}: a stream that is cut says so in words that agents try again for`, async () => {
    await using t = await proxyUnderTest();
    const piece = JSON.stringify({ candidates: [{ content: { parts: [{ text: "some" }] } }] });
    t.simulator.control.replay(`data: ${piece}\r\n\r\n`, SSE);
    const told = await ask(t, dialect, { stream: true });
    assert.equal(textOf(dialect, told), "some");
    assert.match(told.text, /connection lost \(ECONNRESET\)/i);
  });
}
