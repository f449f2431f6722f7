import assert from "node:assert/strict";
import fc from "fast-check";
import { foldTurn } from "../../src/gemini/mod.ts";
import { chunksOf, collectChat, decodeChat, encodeChat, eventsOf } from "../support/chat_fixture.ts";

const text = fc.string({ unit: "binary", maxLength: 6 });
const part = fc.oneof(
  fc.record({ text }),
  fc.record({ text, thoughtSignature: fc.constant("U2ln") }),
  fc.record({ text, thought: fc.constant(true) }),
  fc.record({
    functionCall: fc.record({
      name: fc.constantFrom("f", "g"),
      args: fc.dictionary(fc.string({ maxLength: 2 }), text),
    }),
  }),
  fc.constant({ functionCall: { name: "f", id: "google-id" }, thoughtSignature: "U2ln" }),
  fc.constant({ functionResponse: { name: "f", response: {} } }),
  fc.constant({ inlineData: { mimeType: "image/png", data: "AAAA" } }),
  fc.constant({ executableCode: { language: "PYTHON", code: "print(1)" } }),
  fc.constant({ codeExecutionResult: { outcome: "OUTCOME_OK", output: "1\n" } }),
  fc.constant({ futureThing: {} }),
);
const finishReason = fc.constantFrom(
  "STOP",
  "MAX_TOKENS",
  "SAFETY",
  "OTHER",
  "MALFORMED_FUNCTION_CALL",
  "NEW_REASON",
);
const chunk = fc.record({
  candidates: fc.array(
    fc.record({ index: fc.nat(1), content: fc.record({ parts: fc.array(part, { maxLength: 3 }) }) }),
    { maxLength: 2 },
  ),
  usageMetadata: fc.record({ promptTokenCount: fc.nat(99), candidatesTokenCount: fc.nat(99) }, {
    requiredKeys: [],
  }),
}, { requiredKeys: [] });
const stream = fc.tuple(fc.array(chunk, { maxLength: 6 }), finishReason).map(([chunks, reason]) => [
  ...chunks,
  { candidates: [{ index: 0, finishReason: reason }, { index: 1, finishReason: reason }] },
]);

/** Empty and absent content are the same to a client that collects deltas. */
function normal(choice: unknown): unknown {
  const { message, ...rest } = choice as { message: Record<string, unknown> };
  return { ...rest, message: { ...message, content: message["content"] ?? "" } };
}

Deno.test("property: the chat reply equals what a client collects from the stream, folded or not", () => {
  fc.assert(
    fc.property(stream, (chunks) => {
      const { context } = decodeChat({});
      const events = eventsOf(chunks);
      const { reply, frames } = encodeChat(events, context);
      const choices = reply["choices"] as unknown as unknown[];
      assert.deepEqual(collectChat(frames).map(normal), choices.map(normal));
      assert.deepEqual(encodeChat(foldTurn(events).events, context).reply, reply);
    }),
    { numRuns: 2_000, seed: 11 },
  );
});

Deno.test("property: any split of the bytes gives the same frames", () => {
  const separator = fc.constantFrom("\r\n\r\n", "\n\n", "\r\r");
  fc.assert(
    fc.property(stream, separator, fc.integer({ min: 1, max: 40 }), (chunks, blank, size) => {
      const body = "\ufeff: hello" + blank +
        chunks.map((value) => `data: ${JSON.stringify(value)}${blank}`).join("");
      const { context } = decodeChat({ stream_options: { include_usage: true } });
      const frames = (pieces: number) => encodeChat(eventsOf(chunksOf(body, pieces)), context).stream;
      assert.equal(frames(size), frames(Infinity));
    }),
    { numRuns: 1_000, seed: 12 },
  );
});
