import fc from "fast-check";
import assert from "node:assert/strict";
import {
  type ClientTool,
  openaiResponses,
  type ResponsesContext,
} from "../../src/dialects/openai_responses/mod.ts";
import { foldTurn } from "../../src/gemini/mod.ts";
import { collectResponse, parseFrames } from "../support/responses_client.ts";
import { turnArbitrary } from "../support/turn_events.ts";

const tools = new Map<string, ClientTool>([
  ["read", { name: "read", kind: "function" }],
  ["custom", { name: "apply", kind: "custom" }],
  ["ns__child", { name: "child", namespace: "ns", kind: "function" }],
]);
const contexts: fc.Arbitrary<ResponsesContext> = fc.record({
  model: fc.constant("gpt-x"),
  tools: fc.constant(tools),
  echo: fc.constant({ store: false, tools: [] }),
  encrypted: fc.boolean(),
  signedThoughts: fc.boolean(),
  codex: fc.boolean(),
  store: fc.constant(false),
  history: fc.constant([]),
});

Deno.test("responses: what a client collects from the stream equals the whole reply", () => {
  fc.assert(
    fc.property(turnArbitrary, contexts, (events, context) => {
      const input = { context, requestId: "req_abc", created: 1, newId: () => "x", source: "api_key" };
      const stream = openaiResponses.encodeStream(input);
      const text = events.map((event) => stream.push(event)).join("");
      assert.deepEqual(
        collectResponse(parseFrames(text)),
        JSON.parse(JSON.stringify(openaiResponses.encodeReply(events, input))),
      );
      assert.deepEqual(
        openaiResponses.encodeReply(foldTurn(events).events, input),
        openaiResponses.encodeReply(events, input),
      );
    }),
    { numRuns: 2_000, seed: 11 },
  );
});
