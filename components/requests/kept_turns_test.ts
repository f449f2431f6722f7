import assert from "node:assert/strict";
import fc from "fast-check";
import { replyTurn, requestTurns } from "./kept_turns.ts";

const TURNS = [
  { role: "system", parts: [{ kind: "text", text: "Be brief." }] },
  { role: "user", parts: [{ kind: "text", text: "Hello" }] },
];
const call = { kind: "call", name: "look", text: '{"at":1}' };

Deno.test("requestTurns() reads the conversation of every dialect", () => {
  const cases: Readonly<Record<string, unknown>> = {
    openai: { messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Hello" }] },
    responses: {
      instructions: "Be brief.",
      input: [{ role: "user", content: [{ type: "input_text", text: "Hello" }] }],
    },
    plain: { instructions: "Be brief.", input: "Hello" },
    anthropic: {
      system: [{ type: "text", text: "Be brief." }],
      messages: [{ role: "user", content: "Hello" }],
    },
    gemini: {
      systemInstruction: { parts: [{ text: "Be brief." }] },
      contents: [{ role: "user", parts: [{ text: "Hello" }] }],
    },
  };
  for (const [name, body] of Object.entries(cases)) {
    assert.deepEqual(requestTurns(JSON.stringify(body)), TURNS, name);
  }
});

Deno.test("requestTurns() tells calls of tools, their answers and media from words", () => {
  const body = {
    messages: [
      {
        role: "assistant",
        content: null,
        tool_calls: [{ function: { name: "look", arguments: '{"at":1}' } }],
      },
      { role: "tool", name: "look", content: "nothing" },
      { role: "user", content: [{ type: "image_url", image_url: { url: "data:" } }] },
    ],
  };
  assert.deepEqual(requestTurns(JSON.stringify(body))?.map(({ role, parts }) => [role, parts[0]]), [
    ["model", call],
    ["tool", { kind: "result", name: "look", text: "nothing" }],
    ["user", { kind: "media", type: "image_url" }],
  ]);
});

Deno.test("replyTurn() puts the events of every dialect's stream together, and reads whole replies", () => {
  const sse = (events: readonly unknown[]) =>
    events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  const said = {
    role: "model",
    parts: [{ kind: "thought", text: "hm" }, { kind: "text", text: "Hi there" }],
  };
  const cases: Readonly<Record<string, string>> = {
    openai: sse([
      { choices: [{ delta: { reasoning_content: "hm" } }] },
      { choices: [{ delta: { content: "Hi " } }] },
      { choices: [{ delta: { content: "there" } }] },
    ]) + "data: [DONE]\n\n",
    responses: sse([
      { type: "response.reasoning_summary_text.delta", delta: "hm" },
      { type: "response.output_text.delta", delta: "Hi there" },
    ]),
    anthropic: sse([
      { type: "content_block_delta", delta: { type: "thinking_delta", thinking: "hm" } },
      { type: "content_block_delta", delta: { type: "text_delta", text: "Hi there" } },
    ]),
    gemini: sse([
      { candidates: [{ content: { parts: [{ text: "hm", thought: true }] } }] },
      { candidates: [{ content: { parts: [{ text: "Hi there" }] } }] },
    ]),
    whole: JSON.stringify({ choices: [{ message: { content: "Hi there", reasoning_content: "hm" } }] }),
  };
  for (const [name, body] of Object.entries(cases)) assert.deepEqual(replyTurn(body), said, name);
});

Deno.test("requestTurns() and replyTurn() take any text and any JSON without a fault", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
    requestTurns(body);
    replyTurn(body);
  }));
});
