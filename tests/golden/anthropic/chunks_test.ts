/** Gemini's chunks all the way to what clients of both dialects see. */
import assert from "node:assert/strict";
import type { JsonObject } from "../../../src/core/mod.ts";
import { anthropicMessages } from "../../../src/dialects/anthropic_messages/mod.ts";
import { openaiResponses } from "../../../src/dialects/openai_responses/mod.ts";
import type { TurnEvent } from "../../../src/gemini/mod.ts";
import { collectMessage, parseFrames } from "../../support/anthropic_client.ts";
import { decodeWith, segment, streamWith } from "../../support/dialect_calls.ts";
import { collectResponse, parseFrames as parseResponseFrames } from "../../support/responses_client.ts";

const { context: MESSAGES } = decodeWith(anthropicMessages, {
  model: "m",
  max_tokens: 9,
  thinking: { type: "adaptive" },
  messages: [{ role: "user", content: "u" }],
});
const { context: RESPONSES } = decodeWith(openaiResponses, { model: "m", input: "u" });

const chunk = (parts: unknown[], more: object = {}) => ({
  candidates: [{ content: { role: "model", parts }, ...more }],
});
const STOP = { finishReason: "STOP" };
const functionCall = (name: string, more: object = {}) => ({ functionCall: { name, ...more } });

interface Seen {
  readonly kinds: readonly unknown[];
  readonly text: string;
  readonly calls: readonly { readonly id: unknown; readonly args: unknown }[];
  readonly end: unknown;
}

function seenByMessages(events: readonly TurnEvent[]): Seen {
  const message = collectMessage(parseFrames(streamWith(anthropicMessages, events, MESSAGES))) as {
    content: JsonObject[];
    stop_reason: string;
  };
  const calls = message.content.filter(({ type }) => type === "tool_use");
  return {
    kinds: message.content.map(({ type }) => type),
    text: message.content.map(({ text }) => text ?? "").join(""),
    calls: calls.map(({ id, input }) => ({ id, args: input })),
    end: message.stop_reason,
  };
}

function seenByResponses(events: readonly TurnEvent[]): Seen {
  const response = collectResponse(parseResponseFrames(streamWith(openaiResponses, events, RESPONSES))) as {
    output: JsonObject[];
    status: string;
  };
  const calls = response.output.filter(({ type }) => type === "function_call");
  return {
    kinds: response.output.map(({ type }) => type),
    text: response.output.flatMap(({ content }) => Array.isArray(content) ? content : [])
      .map((part) => (part as { text?: string }).text ?? "").join(""),
    calls: calls.map(({ call_id: id, arguments: args }) => ({ id, args: JSON.parse(String(args)) })),
    end: response.status,
  };
}

/** Runs one case in both dialects. */
function both(
  name: string,
  chunks: readonly unknown[],
  check: (seen: Seen, messages: boolean) => void,
): void {
  Deno.test(name, () => {
    const events = segment(chunks);
    assert.ok(events, "no usable turn");
    check(seenByMessages(events), true);
    check(seenByResponses(events), false);
  });
}

both("messages and responses : an unknown part is left out, the rest is delivered", [
  chunk([{ futureThing: { a: 1 } }, { text: "x" }], STOP),
], ({ text, calls }) => assert.deepEqual([text, calls], ["x", []]));

both("messages and responses : a call before an empty finish chunk is one call", [
  chunk([functionCall("f", { args: { a: 1 } })]),
  chunk([{ text: "" }], STOP),
], ({ calls, end }, messages) => {
  assert.deepEqual(calls.map(({ args }) => args), [{ a: 1 }]);
  assert.equal(end, messages ? "tool_use" : "completed");
});

both(
  "messages and responses : text after the first finish arrives, a call that Google ran does not",
  [
    chunk([functionCall("search", { id: "s1", args: {} })], STOP),
    chunk([{ functionResponse: { id: "s1", name: "search", response: {} } }]),
    chunk([{ text: "found" }]),
    chunk([{ text: " it" }], STOP),
  ],
  ({ text, calls, end }, messages) => {
    assert.deepEqual([text, calls], ["found it", []]);
    assert.equal(end, messages ? "end_turn" : "completed");
  },
);

for (
  const [form, chunks] of [
    ["one chunk", [chunk([functionCall("f", { args: { a: 1 } }), functionCall("f")], STOP)]],
    ["two chunks", [chunk([functionCall("f", { args: { a: 1 } })]), chunk([functionCall("f")], STOP)]],
  ] as const
) {
  both(
    `messages and responses : two calls in ${form} have their own ids and arguments`,
    chunks,
    ({ calls }) => {
      assert.deepEqual(calls.map(({ args }) => args), [{ a: 1 }, {}]);
      assert.notEqual(calls[0]?.id, calls[1]?.id);
    },
  );
}

both(
  "messages and responses : thought and call in one chunk keep their order",
  [
    chunk([{ text: "hm", thought: true }, functionCall("f")], STOP),
  ],
  ({ kinds }, messages) =>
    assert.deepEqual(kinds, messages ? ["thinking", "tool_use"] : ["reasoning", "function_call"]),
);

both("messages and responses : an id of Google's is kept", [
  chunk([functionCall("f", { id: "abc" })], STOP),
], ({ calls }) => assert.equal(calls[0]?.id, "abc"));

both("messages and responses : a call in pieces is one call, also without its last piece", [
  chunk([functionCall("f", { willContinue: true })]),
  chunk([{
    functionCall: {
      partialArgs: [{ jsonPath: "$.q", stringValue: "ab", willContinue: true }],
      willContinue: true,
    },
  }]),
  chunk(
    [{ functionCall: { partialArgs: [{ jsonPath: "$.q", stringValue: "c" }], willContinue: true } }],
    STOP,
  ),
], ({ calls }) => assert.deepEqual(calls.map(({ args }) => args), [{ q: "abc" }]));

both(
  "messages and responses : arguments keep what JSON keeps",
  [
    chunk([functionCall("f", { args: JSON.parse('{"z":"é","a":1e21,"n":12345678901234567890}') })], STOP),
  ],
  ({ calls }) => assert.deepEqual(calls[0]?.args, JSON.parse('{"z":"é","a":1e21,"n":12345678901234567890}')),
);

both("messages and responses : a single part of 8 MB is delivered", [
  chunk([{ inlineData: { mimeType: "image/png", data: "A".repeat(8_000_000) } }], STOP),
], ({ kinds }, messages) => assert.deepEqual(kinds, messages ? ["text"] : ["image_generation_call"]));
