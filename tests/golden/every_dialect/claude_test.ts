/** Claude models sign their thoughts, and in a tool loop want them back with text and signature. */
import assert from "node:assert/strict";
import { anthropicMessages, openaiResponses } from "../../../src/dialects/mod.ts";
import type { Part, TurnEvent } from "../../../src/gemini/mod.ts";
import { decodeWith, encodeInput, segment, streamWith } from "../../support/dialect_calls.ts";
import { collectMessage, parseFrames } from "../../support/anthropic_client.ts";

const CLAUDE = "claude-sonnet-4-6";
const GENUINE = "EqkECkYIBxgCKkA8".repeat(5);
const part = (parts: readonly object[], more: object = {}) => ({
  candidates: [{ content: { role: "model", parts }, ...more }],
});

/** As the service streams it: thoughts, then their signature on an empty thought, then the call. */
const EVENTS: readonly TurnEvent[] = segment([
  part([{ text: "I should ", thought: true }]),
  part([{ text: "look.", thought: true }]),
  part([{ text: "", thought: true, thoughtSignature: GENUINE }]),
  part([{ functionCall: { id: "toolu_1", name: "read", args: { path: "a" } } }], { finishReason: "STOP" }),
])!;
const THOUGHT: Part = { text: "I should look.", thought: true, thoughtSignature: GENUINE };
const CALL: Part = { functionCall: { id: "toolu_1", name: "read", args: { path: "a" } } };

const messagesBody = (messages: readonly unknown[]) => ({
  model: CLAUDE,
  max_tokens: 9_000,
  thinking: { type: "enabled", budget_tokens: 2_000 },
  tools: [{ name: "read", input_schema: { type: "object", properties: { path: { type: "string" } } } }],
  messages,
});
const result = { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "text" }] };
const go = { role: "user", content: "go" };

Deno.test("messages: signed thoughts of a Claude model come back to it, text and signature", () => {
  const { context } = decodeWith(anthropicMessages, messagesBody([go]), { model: CLAUDE });
  const streamed = collectMessage(parseFrames(streamWith(anthropicMessages, EVENTS, context)));
  const whole = anthropicMessages.encodeReply(EVENTS, encodeInput(context));
  assert.deepEqual(streamed["content"], JSON.parse(JSON.stringify(whole["content"])));
  const next = messagesBody([go, { role: "assistant", content: streamed["content"] }, result]);
  const { request } = decodeWith(anthropicMessages, next, { model: CLAUDE });
  assert.deepEqual(request.contents[1]?.parts, [THOUGHT, CALL]);
});

Deno.test("messages: thinking that Claude signed elsewhere goes to a Claude model, and to no other", () => {
  const history = messagesBody([
    go,
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "I should look.", signature: GENUINE },
        { type: "tool_use", id: "toolu_1", name: "read", input: { path: "a" } },
      ],
    },
    result,
  ]);
  const toClaude = decodeWith(anthropicMessages, history, { model: CLAUDE }).request;
  assert.deepEqual(toClaude.contents[1]?.parts, [THOUGHT, CALL]);
  const toGemini = decodeWith(anthropicMessages, history, { model: "gemini-2.5-pro" }).request;
  assert.deepEqual(toGemini.contents[1]?.parts.map(({ thought }) => thought), [undefined]);
  assert.ok(!JSON.stringify(toGemini).includes(GENUINE));
});

Deno.test("messages: marks, short texts and signatures of calls are no signed thoughts", () => {
  for (const signature of ["", "short", "gn1.api_key.n", "gn1.api_key.sQUJDREVGR0g", 5]) {
    const body = messagesBody([
      go,
      {
        role: "assistant",
        content: [{ type: "thinking", thinking: "x", signature }, { type: "text", text: "y" }],
      },
      go,
    ]);
    const { request } = decodeWith(anthropicMessages, body, { model: CLAUDE });
    assert.deepEqual(request.contents[1]?.parts, [{ text: "y" }], String(signature));
  }
});

Deno.test("responses: signed thoughts of a Claude model come back to it in the reasoning item", () => {
  const body = (input: readonly unknown[]) => ({
    model: CLAUDE,
    store: false,
    include: ["reasoning.encrypted_content"],
    reasoning: { effort: "high", summary: "auto" },
    tools: [{ type: "function", name: "read", parameters: { type: "object" } }],
    input,
  });
  const { context } = decodeWith(openaiResponses, body([go]), { model: CLAUDE });
  const output = openaiResponses.encodeReply(EVENTS, encodeInput(context))["output"] as readonly unknown[];
  const answer = { type: "function_call_output", call_id: "toolu_1", output: "text" };
  const next = body([go, ...output, answer]);
  assert.deepEqual(
    decodeWith(openaiResponses, next, { model: CLAUDE }).request.contents[1]?.parts,
    [THOUGHT, CALL],
  );
  const toGemini = decodeWith(openaiResponses, next, { model: "gemini-2.5-flash" }).request;
  assert.ok(!JSON.stringify(toGemini).includes(GENUINE));
});
