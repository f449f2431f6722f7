import assert from "node:assert/strict";
import { segment } from "../../support/dialect_calls.ts";
import { encode, eventsOfBytes, EVERY_DIALECT } from "../../support/every_dialect.ts";

const chunk = (parts: readonly object[], more: object = {}) => ({
  candidates: [{ index: 0, content: { role: "model", parts }, ...more }],
});
const STOP = { finishReason: "STOP" };
const events = (...chunks: readonly object[]) => {
  const made = segment(chunks);
  assert.ok(made);
  return made;
};
const sse = (chunks: readonly object[], blank = "\r\n\r\n") =>
  chunks.map((one) => `data: ${JSON.stringify(one)}${blank}`).join("");

for (const under of EVERY_DIALECT) {
  const body = under.body("hi", under.name === "responses" ? { reasoning: { summary: "auto" } } : {});
  const told = (...chunks: readonly object[]) => encode(under, events(...chunks), body).reply;

  Deno.test(`the reply names the model as the client wrote it (${under.name})`, () => {
    for (const model of ["models/gemini-2.5-flash", "google/gemini-2.5-flash"]) {
      assert.equal(
        encode(under, events(chunk([{ text: "a" }], STOP)), { ...body, model }).reply.model,
        model,
      );
    }
  });

  Deno.test(`several texts in one chunk are all told, thoughts apart (${under.name})`, () => {
    const reply = told(chunk([{ text: "a", thought: true }, { text: "b" }, { text: "c" }], STOP));
    assert.deepEqual([reply.thoughts, reply.text], ["a", "bc"]);
  });

  Deno.test(`unknown parts are passed over, the rest is told (${under.name})`, () => {
    assert.equal(told(chunk([{ futureThing: {} }, { text: "rest" }], STOP)).text, "rest");
  });

  Deno.test(`arguments keep their order, unicode and numbers (${under.name})`, () => {
    const args = JSON.parse('{"b":{"é":[1e21,"漢"]},"a":12345678901234567890}');
    const { stream, reply } = encode(
      under,
      events(chunk([{ functionCall: { name: "f", args } }], STOP)),
      body,
    );
    assert.deepEqual(reply.calls, [{ name: "f", args }]);
    assert.ok(stream.includes(JSON.stringify(JSON.stringify(args)).slice(1, -1)), stream);
  });

  Deno.test(`bytes torn anywhere and every framing give the same frames (${under.name})`, () => {
    const chunks = [chunk([{ text: "é\r\n漢 data: x" }]), chunk([{ functionCall: { name: "f" } }], STOP)];
    const whole = encode(under, eventsOfBytes(sse(chunks)), body).stream;
    for (const size of [1, 2, 3, 7]) {
      assert.equal(encode(under, eventsOfBytes(sse(chunks), size), body).stream, whole);
    }
    for (const blank of ["\n\n", "\r\r"]) {
      const framed = `\ufeff: hello${blank}event: x${blank}${sse(chunks, blank)}`;
      assert.equal(encode(under, eventsOfBytes(framed, 1), body).stream, whole, JSON.stringify(blank));
    }
  });

  Deno.test(`a last event without its blank line is told (${under.name})`, () => {
    const text = sse([chunk([{ text: "a" }]), chunk([{ text: "b" }], STOP)]).trimEnd();
    assert.equal(encode(under, eventsOfBytes(text), body).reply.text, "ab");
  });

  Deno.test(`a call whose finish comes in an empty chunk is one call (${under.name})`, () => {
    const reply = told(chunk([{ functionCall: { name: "f", args: { a: 1 } } }]), chunk([], STOP));
    assert.deepEqual(reply.calls, [{ name: "f", args: { a: 1 } }]);
    assert.equal(
      reply.stop,
      { chat: "tool_calls", messages: "tool_use", responses: "completed" }[under.name],
    );
  });

  Deno.test(`text after a first finish reason is told, and there is one end (${under.name})`, () => {
    const { stream, reply } = encode(
      under,
      events(chunk([{ text: "a" }], STOP), chunk([{ text: "b" }]), chunk([], STOP)),
      body,
    );
    assert.equal(reply.text, "ab");
    const ends = stream.match(/"finish_reason":"|event: message_stop|event: response\.completed/g) ?? [];
    assert.equal(ends.length, 1);
  });

  Deno.test(`8 MB of media in one chunk is told without delay (${under.name})`, () => {
    const data = "A".repeat(8 * 1024 * 1024);
    const text = sse([chunk([{ inlineData: { mimeType: "image/png", data } }, { text: "x" }], STOP)]);
    const started = performance.now();
    const { stream } = encode(under, eventsOfBytes(text, 65_536), body);
    assert.ok(stream.includes(data));
    assert.ok(performance.now() - started < 5_000, "buffering grows faster than the bytes");
  });

  Deno.test(`a call that Google has run itself is no tool call (${under.name})`, () => {
    const reply = told(
      chunk([{ functionCall: { id: "s1", name: "search", args: {} } }, {
        functionResponse: { id: "s1", name: "search", response: {} },
      }]),
      chunk([{ text: "found" }], STOP),
    );
    assert.deepEqual([reply.text, reply.calls], ["found", []]);
  });

  Deno.test(`a refused prompt is told in the dialect's own way, with its tokens (${under.name})`, () => {
    const refused = {
      promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
      usageMetadata: { promptTokenCount: 13, totalTokenCount: 13 },
    };
    const { stream, reply } = encode(under, events(refused), body);
    assert.equal(
      reply.stop,
      { chat: "content_filter", messages: "refusal", responses: "failed" }[under.name],
    );
    assert.deepEqual([reply.text, reply.calls], ["", []]);
    if (under.name !== "chat") assert.match(stream, /"input_tokens":13/);
  });

  Deno.test(`of several counts the last one is told (${under.name})`, () => {
    const counts = (promptTokenCount: number, candidatesTokenCount?: number) => ({
      usageMetadata: {
        promptTokenCount,
        ...(candidatesTokenCount === undefined ? {} : { candidatesTokenCount }),
      },
    });
    const { stream } = encode(
      under,
      events({ ...chunk([{ text: "a" }]), ...counts(5) }, {
        ...chunk([{ text: "b" }], STOP),
        ...counts(7, 9),
      }),
      under.name === "chat" ? { ...body, stream: true, stream_options: { include_usage: true } } : body,
    );
    const words = under.name === "chat"
      ? ["prompt_tokens", "completion_tokens"]
      : ["input_tokens", "output_tokens"];
    const last = (word: string) => [...stream.matchAll(new RegExp(`"${word}":(\\d+)`, "g"))].at(-1)?.[1];
    assert.deepEqual(words.map(last), ["7", "9"]);
  });

  Deno.test(`arguments that come in pieces are one call, also without their end (${under.name})`, () => {
    const piece = (more: object) => chunk([{ functionCall: more }]);
    const pieces = [
      piece({ name: "f", willContinue: true }),
      piece({ partialArgs: [{ jsonPath: "$.a", stringValue: "x", willContinue: true }], willContinue: true }),
      piece({ partialArgs: [{ jsonPath: "$.a", stringValue: "y" }], willContinue: true }),
      piece({ partialArgs: [{ jsonPath: "$.n", numberValue: 2 }], willContinue: true }),
    ];
    for (const end of [[chunk([{ functionCall: {} }], STOP)], [chunk([], STOP)]]) {
      assert.deepEqual(told(...pieces, ...end).calls, [{ name: "f", args: { a: "xy", n: 2 } }]);
    }
  });
}
