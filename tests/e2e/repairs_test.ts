/** Refusals that a change of the request answers: asked once more at most, never with the same bytes, and learned. */
import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, askNative, at, DIALECT_NAMES, type DialectName, generateCalls, type Json } from "./calls.ts";
import { formatOf, JSON_REPLY, lastUp, toolOf } from "./dialect_bodies.ts";

const SCHEMA = {
  type: "object",
  properties: { a: { type: "array", items: { anyOf: [{ type: "string" }, { type: "number" }] } } },
};

/** Google refuses once, then serves as it does. */
function refuseOnce(t: UnderTest, message: string): void {
  const error = { code: 400, status: "INVALID_ARGUMENT", message };
  t.simulator.control.replay(JSON.stringify({ error }), { ...JSON_REPLY, status: 400 });
}

function bodies(t: UnderTest): string[] {
  return generateCalls(t).map(({ bodyText }) => bodyText);
}

/** No two calls after one another have the same bytes. */
function assertNoneTwice(t: UnderTest): void {
  const sent = bodies(t);
  sent.forEach((body, index) => assert.notEqual(body, sent[index - 1], "the same bytes were sent again"));
}

const SCHEMA_WORDS = [
  "* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties[a].items: missing field.\n",
  "* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties[a].items: field predicate failed: $type == Type.ARRAY\n",
  "Schema.ref '#/$defs/x' was set alongside unsupported fields. If a schema node has Schema.ref set, then only description and default can be set alongside it; no other fields can be set.",
  "* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties[a].enum[0]: cannot be empty\n",
  "* GenerateContentRequest.tools[0].function_declarations[0].parameters.required[1]: property is not defined\n",
  "* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties: should be non-empty for OBJECT type\n",
  "A FunctionDeclaration in the request exceeds the maximum allowed nesting depth.",
  "schema at properties.p.items must be a boolean or an object",
  "schema at top-level requires unspecified property 'ref'",
  "The specified schema produces a constraint that has too many states for serving.",
];

for (const dialect of DIALECT_NAMES) {
  for (const words of SCHEMA_WORDS) {
    Deno.test(`${dialect}: "${words.slice(0, 70).trim()}" leads once to the plainer schema, and the next turn costs one call`, async () => {
      await using t = await proxyUnderTest();
      for (const more of [{ tools: [toolOf(dialect, "f", SCHEMA)] }, formatOf(dialect, SCHEMA)]) {
        const before = generateCalls(t).length;
        refuseOnce(t, words);
        const told = await ask(t, dialect, { more });
        assert.equal(told.status, 200, told.text);
        assert.equal(generateCalls(t).length, before + 2);
        const next = await ask(t, dialect, { more, text: "again" });
        assert.equal(next.status, 200, next.text);
        assert.equal(generateCalls(t).length, before + 3);
        const sent = at(lastUp(t), "tools.0.functionDeclarations.0.parameters") ??
          at(lastUp(t), "generationConfig.responseSchema");
        assert.equal(at(sent, "type"), "OBJECT");
      }
      assertNoneTwice(t);
    });
  }

  for (
    const [what, words, more] of [
      ["a bare refusal", "Request contains an invalid argument.", {}],
      [
        "an unknown name that was not sent",
        `Invalid JSON payload received. Unknown name "zz" at 'generation_config': Cannot find field.`,
        {},
      ],
      ["thinking that was not set", "Thinking is not supported for this model.", {}],
      ["penalties that were not sent", "Penalty is not enabled for models/x", {}],
      ["a signature that was not sent", "Corrupted thought signature.", {}],
      [
        "a limit that was not passed",
        "Unable to submit request because it has a maxOutputTokens value of 9 but the supported range is from 1 (inclusive) to 65537 (exclusive).",
        {},
      ],
    ] as readonly (readonly [string, string, Json])[]
  ) {
    Deno.test(`${dialect}: ${what}, which no repair changes, is asked once`, async () => {
      await using t = await proxyUnderTest();
      refuseOnce(t, words);
      const plain = { chat: {}, responses: {}, messages: { max_tokens: 60_000 } }[dialect as DialectName];
      const told = await ask(t, dialect, { more: { ...plain, ...more } });
      assert.equal(told.status, 400, told.text);
      assert.equal(generateCalls(t).length, 1);
    });
  }

  Deno.test(`${dialect}: a thinking level that is refused is learned`, async () => {
    await using t = await proxyUnderTest();
    const more = {
      chat: { reasoning_effort: "high" },
      messages: { max_tokens: 60_000, thinking: { type: "enabled", budget_tokens: 30_000 } },
      responses: { reasoning: { effort: "high" } },
    }[dialect];
    refuseOnce(t, "Thinking is not supported for this model.");
    assert.equal((await ask(t, dialect, { more })).status, 200);
    assert.equal((await ask(t, dialect, { more, text: "again" })).status, 200);
    assert.equal(generateCalls(t).length, 3);
    assert.equal(at(lastUp(t), "generationConfig.thinkingConfig"), undefined);
    assertNoneTwice(t);
  });
}

Deno.test("native: an output limit above the model's costs a second call once", async () => {
  await using t = await proxyUnderTest();
  const body = {
    contents: [{ role: "user", parts: [{ text: "hello" }] }],
    generationConfig: { maxOutputTokens: 1_048_466 },
  };
  for (const calls of [2, 3, 4]) {
    const told = await askNative(t, "generateContent", body);
    assert.equal(told.status, 200, told.text);
    assert.equal(generateCalls(t).length, calls);
  }
  const fits = await askNative(t, "generateContent", { ...body, generationConfig: { maxOutputTokens: 5 } });
  assert.equal(fits.status, 200);
  assert.equal(at(lastUp(t), "generationConfig.maxOutputTokens"), 5);
});

Deno.test("a signature that was refused is not sent again in the next turn", async () => {
  await using t = await proxyUnderTest();
  const messages = (last: string): Json[] => [
    { role: "user", content: "go" },
    {
      role: "assistant",
      content: null,
      tool_calls: [{
        id: "c1",
        type: "function",
        function: { name: "f", arguments: "{}" },
        extra_content: { google: { thought_signature: "Zm9yZWlnbg==" } },
      }],
    },
    { role: "tool", tool_call_id: "c1", content: last },
  ];
  const tools = [toolOf("chat", "f", { type: "object" })];
  for (const [last, calls] of [["one", 2], ["two", 3]] as const) {
    const told = await ask(t, "chat", {
      more: { model: "gemini-3.6-flash", tools, messages: messages(last) },
    });
    assert.equal(told.status, 200, told.text);
    assert.equal(generateCalls(t).length, calls);
  }
  assertNoneTwice(t);
});
