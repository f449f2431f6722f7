/** What no dialect knows: fields, blocks, items, roles and words are never the end of a conversation. */
import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { ask, at, DIALECT_NAMES, type DialectName, type Json, type Told } from "./calls.ts";
import { askedUp, lastUp, toolOf, warningsOf } from "./dialect_bodies.ts";

const turns = (dialect: DialectName, messages: Json[]): Json =>
  dialect === "responses" ? { input: messages } : { messages };
const textPart = (dialect: DialectName, text: string): Json =>
  dialect === "responses" ? { type: "input_text", text } : { type: "text", text };

/** The user's texts that reached Google. */
function userTexts(up: Json): string {
  const contents = up["contents"] as { role: string; parts: { text?: string }[] }[];
  return contents.filter(({ role }) => role === "user").flatMap(({ parts }) =>
    parts.map(({ text }) => text ?? "")
  )
    .join("|");
}

for (const dialect of DIALECT_NAMES) {
  for (const role of ["critic", "observer", 7]) {
    Deno.test(`${dialect}: a message of role ${role} is the user's, with a warning`, async () => {
      await using t = await proxyUnderTest();
      const messages = [{ role: "user", content: "a" }, { role, content: "b" }];
      const { told, up } = await askedUp(t, dialect, turns(dialect, messages as Json[]));
      assert.equal(userTexts(up), "a|b");
      assert.match(warningsOf(told), typeof role === "string" ? new RegExp(`role "${role}"`) : /role/);
    });
  }

  Deno.test(`${dialect}: an unknown block with text is read as text, one without is left out, both with a warning`, async () => {
    await using t = await proxyUnderTest();
    const content = [
      textPart(dialect, "a"),
      { type: "hologram", text: "shown" },
      { type: "smell", intensity: 5 },
      null,
      7,
    ];
    const { told, up } = await askedUp(t, dialect, turns(dialect, [{ role: "user", content }]));
    assert.equal(userTexts(up), "a|shown");
    assert.match(warningsOf(told), /type hologram were read as text/);
    assert.match(warningsOf(told), /type smell were left out/);
  });

  Deno.test(`${dialect}: an unknown item without a role is read as text, or left out`, async () => {
    await using t = await proxyUnderTest();
    const messages = [
      { role: "user", content: "a" },
      { type: "future_message", text: "more" },
      { type: "future_call", status: "completed" },
    ];
    const { told, up } = await askedUp(t, dialect, turns(dialect, messages));
    assert.equal(userTexts(up), "a|more");
    assert.match(warningsOf(told), /future_message were read as text/);
    assert.match(warningsOf(told), /future_call were left out/);
  });

  Deno.test(`${dialect}: unknown fields have no effect and are named`, async () => {
    await using t = await proxyUnderTest();
    const { told, up } = await askedUp(t, dialect, {
      frobnicate: { a: 1 },
      ...turns(dialect, [{
        role: "user",
        content: [{ ...textPart(dialect, "a"), sparkle: 1 }],
        shine: true,
      }]),
    });
    for (const name of ["frobnicate", "sparkle", "shine"]) assert.match(warningsOf(told), new RegExp(name));
    assert.ok(!JSON.stringify(up).includes("frobnicate"));
  });

  for (
    const [word, budget] of [
      ["ultra", 24_576],
      ["auto", undefined],
      ["default", undefined],
      ["disable", 0],
      ["", undefined],
      ["XHIGH", 24_576],
      ["mad", undefined],
    ] as const
  ) {
    Deno.test(`${dialect}: the effort "${word}" is the nearest setting`, async () => {
      await using t = await proxyUnderTest();
      const effort = {
        chat: { reasoning_effort: word },
        messages: { output_config: { effort: word }, max_tokens: 60_000 },
        responses: { reasoning: { effort: word } },
      }[dialect];
      const { told, up } = await askedUp(t, dialect, effort);
      assert.equal(at(up, "generationConfig.thinkingConfig.thinkingBudget"), budget);
      if (word !== "XHIGH") assert.match(warningsOf(told), /effort/);
    });
  }

  Deno.test(`${dialect}: a small output limit leaves room for the answer`, async () => {
    await using t = await proxyUnderTest();
    const limit = {
      chat: { max_tokens: 200 },
      messages: { max_tokens: 200 },
      responses: { max_output_tokens: 200 },
    };
    const high = {
      chat: { reasoning_effort: "high" },
      messages: { thinking: { type: "enabled", budget_tokens: 10_000 } },
      responses: { reasoning: { effort: "high" } },
    };
    for (const more of [{}, high[dialect]]) {
      const { up } = await askedUp(t, dialect, { ...limit[dialect], ...more });
      assert.equal(at(up, "generationConfig.maxOutputTokens"), 200);
      assert.equal(at(up, "generationConfig.thinkingConfig.thinkingBudget"), 100);
    }
  });
}

for (
  const more of [
    { reasoning: { enabled: false } },
    { enable_thinking: false },
    { chat_template_kwargs: { enable_thinking: false } },
    { reasoning: { enabled: false, max_tokens: 900 } },
  ]
) {
  Deno.test(`chat: ${JSON.stringify(more)} switches thinking off`, async () => {
    await using t = await proxyUnderTest();
    const { up } = await askedUp(t, "chat", more);
    assert.equal(at(up, "generationConfig.thinkingConfig.thinkingBudget"), 0);
  });
}

Deno.test("responses: reasoning that is not enabled is off", async () => {
  await using t = await proxyUnderTest();
  const { up } = await askedUp(t, "responses", { reasoning: { enabled: false } });
  assert.equal(at(up, "generationConfig.thinkingConfig.thinkingBudget"), 0);
});

/** Bodies of other APIs. */
const calls = (up: Json): unknown => at(up, "tools.0.functionDeclarations.0.parametersJsonSchema");
const SCHEMA = { type: "object", properties: { a: { type: "string" } } };

for (const dialect of DIALECT_NAMES) {
  for (const form of DIALECT_NAMES) {
    Deno.test(`${dialect}: a tool in the form of ${form} is understood`, async () => {
      await using t = await proxyUnderTest();
      const { up } = await askedUp(t, dialect, { tools: [toolOf(form, "f", SCHEMA)] });
      assert.deepEqual(calls(up), SCHEMA);
    });
  }
}

Deno.test("chat: a Responses body is understood, with its calls and results", async () => {
  await using t = await proxyUnderTest();
  const { told, up } = await askedUp(t, "chat", {
    messages: undefined,
    instructions: "be brief",
    input: [
      { role: "user", content: [{ type: "input_text", text: "hi" }] },
      { type: "function_call", call_id: "c1", name: "f", arguments: '{"a":"x"}' },
      { type: "function_call_output", call_id: "c1", output: "done" },
    ],
    tools: [toolOf("responses", "f", SCHEMA)],
    max_output_tokens: 5_000,
  });
  assert.deepEqual(at(up, "contents.1.parts.0.functionCall"), { name: "f", args: { a: "x" } });
  assert.deepEqual(at(up, "contents.2.parts.0.functionResponse.response"), { output: "done" });
  assert.equal(at(up, "systemInstruction.parts.0.text"), "be brief");
  assert.equal(at(up, "generationConfig.maxOutputTokens"), 5_000);
  assert.match(warningsOf(told), /\/v1\/responses/);
});

Deno.test("chat: Anthropic's blocks are understood", async () => {
  await using t = await proxyUnderTest();
  await askedUp(t, "chat", {
    system: "be brief",
    messages: [
      { role: "user", content: "go" },
      { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "f", input: { a: "x" } }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "done" }] },
    ],
    tools: [toolOf("messages", "f", SCHEMA)],
  });
  const up = lastUp(t);
  assert.deepEqual(at(up, "contents.1.parts.0.functionCall"), { name: "f", args: { a: "x" } });
  assert.deepEqual(at(up, "contents.2.parts.0.functionResponse.response"), { output: "done" });
  assert.equal(at(up, "systemInstruction.parts.0.text"), "be brief");
});

const misplaced: readonly (readonly [DialectName, Json, RegExp])[] = [
  ["responses", { input: undefined, messages: [{ role: "user", content: "hi" }] }, /\/v1\/chat\/completions/],
  ["messages", { messages: undefined, input: "hi" }, /\/v1\/responses/],
  ["messages", { messages: undefined, contents: [] }, /generateContent/],
];
for (const [dialect, more, path] of misplaced) {
  Deno.test(`${dialect}: a body of another API is refused with the path that takes it (${path.source})`, async () => {
    await using t = await proxyUnderTest();
    const told: Told = await ask(t, dialect, { more });
    assert.equal(told.status, 400);
    assert.match(told.text, path);
  });
}
