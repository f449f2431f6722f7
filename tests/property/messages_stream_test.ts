import fc from "fast-check";
import assert from "node:assert/strict";
import { anthropicMessages, type MessagesContext } from "../../src/dialects/anthropic_messages/mod.ts";
import { createToolNames, foldTurn } from "../../src/gemini/mod.ts";
import { collectMessage, parseFrames } from "../support/anthropic_client.ts";
import { turnArbitrary } from "../support/turn_events.ts";

const contexts: fc.Arbitrary<MessagesContext> = fc.record({
  model: fc.constant("claude-x"),
  names: fc.constant(createToolNames(["read", "shell"])),
  thinking: fc.constantFrom("shown", "omitted", "off"),
  signedThoughts: fc.boolean(),
  webSearch: fc.boolean(),
  empty: fc.boolean(),
});

Deno.test("messages: what a client collects from the stream equals the whole reply", () => {
  fc.assert(
    fc.property(turnArbitrary, contexts, (events, context) => {
      const input = { context, requestId: "req_abc", created: 1, newId: () => "x", source: "api_key" };
      const stream = anthropicMessages.encodeStream(input);
      const text = events.map((event) => stream.push(event)).join("");
      const reply = anthropicMessages.encodeReply(events, input);
      assert.deepEqual(collectMessage(parseFrames(text)), JSON.parse(JSON.stringify(reply)));
      assert.deepEqual(anthropicMessages.encodeReply(foldTurn(events).events, input), reply);
    }),
    { numRuns: 2_000, seed: 11 },
  );
});
