import assert from "node:assert/strict";
import { foldTurn } from "./fold.ts";
import { createSegmenter } from "./segment.ts";
import type { TurnEvent } from "./turn_event.ts";

function counter(): (prefix: string) => string {
  let next = 0;
  return (prefix) => `${prefix}${++next}`;
}

function run(chunks: readonly unknown[]): TurnEvent[] {
  const segmenter = createSegmenter({ newId: counter() });
  const events = chunks.flatMap((chunk) => segmenter.push(chunk));
  const end = segmenter.end();
  assert.ok(end.ok, JSON.stringify(end));
  return [...events, ...end.events];
}

const parts = (...list: unknown[]) => ({ candidates: [{ content: { role: "model", parts: list } }] });
const stop = { candidates: [{ finishReason: "STOP" }] };
const kinds = (events: readonly TurnEvent[]) => events.map(({ type }) => type);
const textOf = (events: readonly TurnEvent[]) =>
  events.map((event) => event.type === "text-delta" ? event.text : "").join("");

Deno.test("createSegmenter() : a signed empty text is a signature and no text", () => {
  const events = run([
    parts({ text: "hm", thought: true }),
    parts({ text: "hi" }),
    { candidates: [{ content: { parts: [{ text: "", thoughtSignature: "S" }] }, finishReason: "STOP" }] },
  ]);
  assert.deepEqual(kinds(events), ["turn-start", "thought-delta", "text-delta", "signature", "turn-end"]);
});

Deno.test("createSegmenter() : signed visible text stays text", () => {
  const event = run([parts({ text: "hi", thoughtSignature: "S" }), stop])[1];
  assert.deepEqual(event, { type: "text-delta", candidate: 0, text: "hi", signature: "S" });
});

Deno.test("createSegmenter() : calls without ids get ids of their own", () => {
  const events = run([
    parts({ functionCall: { name: "f" } }, { functionCall: { name: "f", args: { a: 1 } } }),
    stop,
  ]);
  const calls = events.filter((event) => event.type === "tool-call");
  assert.deepEqual(calls.map(({ id, args, upstreamId }) => [id, args, upstreamId]), [
    ["call_1", {}, false],
    ["call_2", { a: 1 }, false],
  ]);
});

Deno.test("createSegmenter() : Google's own call id is kept, a repeated one is not", () => {
  const events = run([
    parts(
      { functionCall: { id: "abc", name: "f" } },
      { functionCall: { id: "abc", name: "f" } },
      { functionCall: { id: "", name: "f" } },
    ),
    stop,
  ]);
  const calls = events.filter((event) => event.type === "tool-call");
  assert.deepEqual(calls.map(({ id }) => id), ["abc", "call_1", "call_2"]);
});

Deno.test("createSegmenter() : a refused prompt ends the turn with its reason", () => {
  const end = run([{ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }, {
    usageMetadata: { promptTokenCount: 13 },
  }])
    .at(-1);
  assert.deepEqual(end, { type: "turn-end", finishes: [], block: { reason: "PROHIBITED_CONTENT" } });
});

Deno.test("createSegmenter() : an unspecified block reason is an empty reply", () => {
  const segmenter = createSegmenter({ newId: counter() });
  segmenter.push({ promptFeedback: { blockReason: "BLOCK_REASON_UNSPECIFIED" } });
  assert.deepEqual(segmenter.end(), { ok: false, reason: "empty" });
});

Deno.test("createSegmenter() : an empty candidates array is the same as none", () => {
  const segmenter = createSegmenter({ newId: counter() });
  segmenter.push({ candidates: [], usageMetadata: { promptTokenCount: 1 } });
  assert.deepEqual(segmenter.end(), { ok: false, reason: "empty" });
});

Deno.test("createSegmenter() : unknown parts are passed over", () => {
  assert.deepEqual(
    kinds(run([parts({ futureThing: {} }, { text: "x" }, {}, { thought: true }, null), stop])),
    [
      "turn-start",
      "text-delta",
      "turn-end",
    ],
  );
});

Deno.test("createSegmenter() : a call and an empty finish chunk are one call and one end", () => {
  assert.deepEqual(
    kinds(
      run([parts({ functionCall: { name: "f" } }), {
        candidates: [{ content: { parts: [{ text: "" }] }, finishReason: "STOP" }],
      }]),
    ),
    [
      "turn-start",
      "tool-call",
      "turn-end",
    ],
  );
});

Deno.test("createSegmenter() : text after the first finishReason is delivered before the end", () => {
  const events = run([
    { candidates: [{ content: { parts: [{ text: "a" }] }, finishReason: "STOP" }] },
    parts({ text: "b" }),
    { candidates: [{ content: { parts: [{ text: "c" }] }, finishReason: "STOP" }] },
  ]);
  assert.equal(textOf(events), "abc");
  assert.equal(events.filter(({ type }) => type === "turn-end").length, 1);
  assert.equal(events.at(-1)?.type, "turn-end");
});

Deno.test("createSegmenter() : the last usage value of each field counts", () => {
  const usage = run([
    { ...parts({ text: "a" }), usageMetadata: { promptTokenCount: 10, totalTokenCount: 10 } },
    { ...stop, usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 2, totalTokenCount: 11 } },
    { usageMetadata: { trafficType: "ON_DEMAND" } },
  ]).findLast((event) => event.type === "usage");
  assert.equal(usage?.type === "usage" && usage.usage.promptTokens, 9);
  assert.equal(usage?.type === "usage" && usage.usage.totalTokens, 11);
});

Deno.test("createSegmenter() : an error after a complete answer is ignored, before it is reported", () => {
  const error = { error: { code: 503, message: "overloaded", status: "UNAVAILABLE" } };
  const complete = createSegmenter({ newId: counter() });
  [parts({ text: "Okay" }), stop, error].forEach((chunk) => complete.push(chunk));
  assert.equal(complete.error, undefined);
  assert.equal(complete.end().ok, true);
  const cut = createSegmenter({ newId: counter() });
  [parts({ text: "Okay" }), error].forEach((chunk) => cut.push(chunk));
  assert.deepEqual(cut.error, { kind: "error", status: 503, body: JSON.stringify(error) });
  assert.deepEqual(cut.end(), { ok: false, reason: "truncated" });
});

Deno.test("createSegmenter() : partial arguments become one call, with or without a closing call", () => {
  const piece = (partialArgs: unknown[], more: object = {}) =>
    parts({ functionCall: { partialArgs, willContinue: true, ...more } });
  const chunks = [
    parts({ functionCall: { name: "f", willContinue: true }, thoughtSignature: "S" }),
    piece([{ jsonPath: "$.a", stringValue: "New ", willContinue: true }]),
    piece([{ jsonPath: "$.a", stringValue: "York" }]),
    piece([{ jsonPath: "$.b.c[1]", numberValue: 2 }, { jsonPath: "$.d", boolValue: false }, {
      jsonPath: "$.e",
      nullValue: null,
    }]),
  ];
  const expected = { a: "New York", b: { c: [, 2] }, d: false, e: null };
  for (const tail of [[parts({ functionCall: {} }), stop], [stop]]) {
    const calls = run([...chunks, ...tail]).filter((event) => event.type === "tool-call");
    assert.equal(calls.length, 1);
    assert.deepEqual(JSON.stringify(calls[0]?.args), JSON.stringify(expected));
    assert.equal(calls[0]?.signature, "S");
  }
});

Deno.test("createSegmenter() : a call that Google ran itself is not given to the client", () => {
  const events = run([
    {
      candidates: [{
        content: { parts: [{ functionCall: { name: "srv", args: { a: 1 } } }] },
        finishReason: "STOP",
      }],
    },
    parts({ functionResponse: { name: "srv", response: {} } }),
    parts({ text: "done" }),
    stop,
  ]);
  assert.deepEqual(kinds(events), ["turn-start", "text-delta", "turn-end"]);
});

Deno.test("createSegmenter() calls a stream without finish truncated and text that is no object malformed", () => {
  const cut = createSegmenter({ newId: counter() });
  cut.push(parts({ text: "half" }));
  assert.deepEqual(cut.end(), { ok: false, reason: "truncated" });
  const wrong = createSegmenter({ newId: counter() });
  wrong.push("<html>");
  assert.deepEqual(wrong.end(), { ok: false, reason: "malformed" });
});

Deno.test("createSegmenter() keeps candidates apart and finishes each", () => {
  const events = run([{
    candidates: [
      { index: 0, content: { parts: [{ text: "a" }] }, finishReason: "STOP" },
      { index: 1, content: { parts: [{ text: "b" }] }, finishReason: "MAX_TOKENS" },
    ],
  }]);
  const end = events.at(-1);
  assert.deepEqual(end?.type === "turn-end" && end.finishes.map(({ reason }) => reason), [
    "STOP",
    "MAX_TOKENS",
  ]);
});

Deno.test("foldTurn() joins unsigned neighbours, keeps signed ones apart and the last usage", () => {
  const events = run([
    { ...parts({ text: "a" }), usageMetadata: { promptTokenCount: 1 } },
    parts({ text: "b" }, { text: "c", thoughtSignature: "S" }, { text: "d" }),
    { ...stop, usageMetadata: { candidatesTokenCount: 4 } },
  ]);
  const folded = foldTurn(events);
  assert.deepEqual(kinds(folded.events), [
    "turn-start",
    "text-delta",
    "text-delta",
    "text-delta",
    "usage",
    "turn-end",
  ]);
  assert.equal(textOf(folded.events), "abcd");
  assert.deepEqual(folded.finishes, [{ candidate: 0, reason: "STOP" }]);
});
