import assert from "node:assert/strict";
import { decodeChat, refuseChat } from "../../../tests/support/chat_fixture.ts";
import { openaiChat } from "./mod.ts";

const config = (body: object, model?: string) => decodeChat(body, model).request.generationConfig ?? {};
const fn = (name: string, parameters?: object) => ({
  type: "function",
  function: { name, ...(parameters === undefined ? {} : { parameters }) },
});
const declared = (body: object, model?: string) =>
  decodeChat(body, model).request.tools?.flatMap(({ functionDeclarations }) => functionDeclarations ?? []) ??
    [];
const calling = (body: object, model?: string) =>
  decodeChat(body, model).request.toolConfig?.functionCallingConfig;

Deno.test("legacy functions and a named function_call force that function", () => {
  const call = decodeChat({ functions: [{ name: "f" }], function_call: { name: "f" } });
  assert.deepEqual(call.request.toolConfig?.functionCallingConfig, {
    mode: "ANY",
    allowedFunctionNames: ["f"],
  });
  assert.equal(call.context.legacyFunctions, true);
});

Deno.test("an illegal tool name is sanitised and comes back as it was", () => {
  const name = "mcp.server/tool name";
  const call = decodeChat({ tools: [fn(name)], tool_choice: { type: "function", function: { name } } });
  const sent = call.request.tools?.[0]?.functionDeclarations?.[0]?.name ?? "";
  assert.match(sent, /^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/);
  assert.deepEqual(call.request.toolConfig?.functionCallingConfig?.allowedFunctionNames, [sent]);
  assert.equal(call.context.names.toClient(sent), name);
});

Deno.test("names that come out the same stay distinct", () => {
  const call = decodeChat({ tools: [fn("a/b"), fn("a b"), fn("a_b")] });
  const sent = call.request.tools?.[0]?.functionDeclarations?.map(({ name }) => name) ?? [];
  assert.equal(new Set(sent).size, 3);
  assert.deepEqual(sent.map(call.context.names.toClient), ["a/b", "a b", "a_b"]);
});

Deno.test("a name of 100 characters is at most 64 long upstream", () => {
  const name = "n".repeat(100);
  const call = decodeChat({ tools: [fn(name)] });
  const sent = call.request.tools?.[0]?.functionDeclarations?.[0]?.name ?? "";
  assert.ok(sent.length <= 64);
  assert.equal(call.context.names.toClient(sent), name);
});

Deno.test("of two tools with one name one declaration is left", () => {
  assert.equal(declared({ tools: [fn("f"), fn("f", { type: "object", properties: { a: {} } })] }).length, 1);
});

Deno.test("unknown fields are not sent", () => {
  assert.equal(JSON.stringify(decodeChat({ foo: 1 }).request).includes("foo"), false);
});

Deno.test("the reply names the model as the client wrote it", () => {
  const call = decodeChat({ model: "models/gemini-2.5-flash" });
  assert.equal(call.context.model, "models/gemini-2.5-flash");
  assert.deepEqual(openaiChat.modelOf({ model: "google/gemini-2.5-flash" }), {
    ok: true,
    value: "google/gemini-2.5-flash",
  });
});

Deno.test("max_completion_tokens wins over max_tokens", () => {
  assert.equal(config({ max_tokens: 100, max_completion_tokens: 50 }).maxOutputTokens, 50);
  assert.equal(refuseChat({ max_tokens: 0 }).param, "max_tokens");
});

Deno.test("stop is a list without empties and repeats", () => {
  assert.deepEqual(config({ stop: "END" }).stopSequences, ["END"]);
  assert.equal(config({ stop: null }).stopSequences, undefined);
  assert.deepEqual(config({ stop: ["a", "", "a"] }).stopSequences, ["a"]);
});

Deno.test("stop strings beyond five are enforced here", () => {
  const call = decodeChat({ stop: ["1", "2", "3", "4", "5", "6", "7"] });
  assert.equal(call.request.generationConfig?.stopSequences?.length, 5);
  assert.deepEqual(call.extraStops, ["6", "7"]);
});

Deno.test("n is candidateCount where the model takes it, else several calls", () => {
  const two = decodeChat({ n: 2 }, "gemini-2.5-flash");
  assert.deepEqual([two.request.generationConfig?.candidateCount, two.fanOut], [2, 1]);
  const three = decodeChat({ n: 2 }, "gemini-3.1-pro-preview");
  assert.deepEqual([three.request.generationConfig?.candidateCount, three.fanOut], [undefined, 2]);
});

Deno.test("penalties are not sent to models that refuse them", () => {
  const call = decodeChat({ presence_penalty: 0.5, frequency_penalty: 0 }, "gemini-2.5-flash");
  assert.equal(call.request.generationConfig, undefined);
  assert.equal(call.warnings.length, 1);
});

Deno.test("a large seed is folded into 32 bits", () => {
  const { seed } = config({ seed: 4294967296 + 7 });
  assert.equal(seed, 7);
  assert.equal(config({ seed: -5 }).seed, -5);
});

for (
  const [edge, effort, model, setting] of [
    [36, "none", "gemini-2.5-flash", { thinkingBudget: 0 }],
    [36, "none", "gemini-2.5-pro", { thinkingBudget: 128 }],
    [36, "none", "gemini-3.1-pro-preview", { thinkingLevel: "low" }],
    [37, "medium", "gemini-2.5-flash", { thinkingBudget: 8192, includeThoughts: true }],
    [37, "medium", "gemini-3.1-pro-preview", { thinkingLevel: "medium", includeThoughts: true }],
    [37, "medium", "gemini-3-pro-preview", { thinkingLevel: "high", includeThoughts: true }],
    [38, "minimal", "gemini-3.7-flash", { thinkingLevel: "low", includeThoughts: true }],
    [39, "xhigh", "gemini-2.5-pro", { thinkingBudget: 32768, includeThoughts: true }],
    [39, "xhigh", "gemini-3.6-flash", { thinkingLevel: "high", includeThoughts: true }],
    [40, "high", "gemini-2.0-flash", undefined],
    [40, "high", "gemma-3-27b-it", undefined],
  ] as const
) {
  Deno.test(`edge ${edge}: effort ${effort} on ${model}`, () => {
    assert.deepEqual(config({ reasoning_effort: effort }, model).thinkingConfig, setting);
  });
}

Deno.test("an explicit thinking_config wins over the effort", () => {
  const body = {
    reasoning_effort: "high",
    extra_body: { google: { thinking_config: { thinking_budget: 0 } } },
  };
  assert.deepEqual(config(body).thinkingConfig, { thinkingBudget: 0 });
  const both = {
    google: { thinking_config: { thinking_budget: 5, thinking_level: "LOW", include_thoughts: true } },
  };
  assert.deepEqual(config(both, "gemini-3.1-pro-preview").thinkingConfig, {
    includeThoughts: true,
    thinkingLevel: "low",
  });
});

Deno.test("a JSON schema is sent as it is but for $schema", () => {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { a: { $ref: "#/$defs/A" } },
    $defs: { A: { type: "string" } },
    additionalProperties: false,
  };
  const sent = config({ response_format: { type: "json_schema", json_schema: { name: "x", schema } } });
  const { $schema: _, ...rest } = schema;
  assert.equal(sent.responseMimeType, "application/json");
  assert.deepEqual(sent.responseJsonSchema, rest);
});

Deno.test("a JSON schema beside tools on 2.5 is told in words", () => {
  const body = {
    tools: [fn("f")],
    response_format: {
      type: "json_schema",
      json_schema: { name: "x", schema: { type: "object", properties: { a: {} } } },
    },
  };
  const call = decodeChat(body, "gemini-2.5-flash");
  assert.equal(call.request.generationConfig?.responseMimeType, undefined);
  assert.match(String(call.request.systemInstruction?.parts[0]?.text), /JSON Schema/);
  assert.equal(config(body, "gemini-3.1-pro-preview").responseMimeType, "application/json");
});

Deno.test("tool_choice none keeps the declarations", () => {
  const body = { tools: [fn("f")], tool_choice: "none" };
  assert.deepEqual(calling(body), { mode: "NONE" });
  assert.equal(declared(body).length, 1);
});

Deno.test("a chosen function that is not declared is refused", () => {
  const failure = refuseChat({ tools: [fn("f")], tool_choice: fn("x") });
  assert.equal(failure.param, "tool_choice");
  assert.equal(failure.status, 400);
});

Deno.test("tool_choice required without tools sends no tool config", () => {
  assert.equal(decodeChat({ tools: [], tool_choice: "required" }).request.toolConfig, undefined);
});

Deno.test("Google search alone with tool_choice auto has no calling config", () => {
  const { request } = decodeChat({ tools: [{ type: "google_search" }], tool_choice: "auto" });
  assert.deepEqual(request.tools, [{ googleSearch: {} }]);
  assert.equal(request.toolConfig, undefined);
});

Deno.test("allowed_tools with mode auto is VALIDATED", () => {
  const tool_choice = { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [fn("a")] } };
  assert.deepEqual(calling({ tools: [fn("a"), fn("b")], tool_choice }), {
    mode: "VALIDATED",
    allowedFunctionNames: ["a"],
  });
});

Deno.test("tools without parameters are declared without parameters", () => {
  const tools = [fn("f"), fn("g", { type: "object", properties: {} })];
  assert.deepEqual(declared({ tools }), [{ name: "f" }, { name: "g" }]);
});

Deno.test("large maxItems go when their sum is beyond the budget", () => {
  const parameters = {
    type: "object",
    properties: { a: { type: "array", items: { type: "string" }, maxItems: 100 } },
  };
  const tools = Array.from({ length: 60 }, (_, index) => fn(`f${index}`, parameters));
  assert.equal(JSON.stringify(declared({ tools })).includes("maxItems"), false);
  assert.equal(JSON.stringify(declared({ tools: tools.slice(0, 2) })).includes("maxItems"), true);
});

Deno.test("fields without counterpart that change nothing are passed over", () => {
  const call = decodeChat({
    user: "u",
    metadata: { a: "b" },
    store: true,
    parallel_tool_calls: true,
    service_tier: "auto",
    logit_bias: {},
  });
  assert.deepEqual(call.request, { contents: [{ role: "user", parts: [{ text: "hi" }] }] });
  assert.deepEqual(call.warnings, []);
});

Deno.test("tool_choice validated is VALIDATED", () => {
  assert.deepEqual(calling({ tools: [fn("f")], tool_choice: "validated" }), { mode: "VALIDATED" });
});

Deno.test("max_tokens above the model's limit is lowered", () => {
  const call = decodeChat({ max_tokens: 131072 }, "gemini-2.5-flash");
  assert.equal(call.request.generationConfig?.maxOutputTokens, 65536);
  assert.equal(call.warnings.length, 1);
});

Deno.test("decodeChatRequest() passes Google's own fields from extra_body", () => {
  const { request } = decodeChat({
    extra_body: {
      google: {
        cached_content: "cachedContents/x",
        safety_settings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "OFF" }],
        tools: [{ google_search: {} }, { url_context: {} }],
        image_config: { aspect_ratio: "1:1" },
      },
    },
  });
  assert.equal(request.cachedContent, "cachedContents/x");
  assert.deepEqual(request.safetySettings, [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "OFF" }]);
  assert.deepEqual(request.tools, [{ googleSearch: {} }, { urlContext: {} }]);
  assert.deepEqual(request.generationConfig?.imageConfig, { aspectRatio: "1:1" });
});

Deno.test("decodeChatRequest() names wrong parameters by field", () => {
  const cases: [object, string][] = [
    [{ temperature: "hot" }, "temperature"],
    [{ temperature: 3 }, "temperature"],
    [{ n: 99 }, "n"],
    [{ stop: [5] }, "stop[0]"],
    [{ stream: "yes" }, "stream"],
    [{ tools: {} }, "tools"],
    [{ tools: [{ type: "function", function: {} }] }, "tools[0].function.name"],
    [{ tools: [fn("f")], tool_choice: "perhaps" }, "tool_choice"],
    [{ response_format: { type: "grammar" } }, "response_format.type"],
    [{ modalities: ["text", "audio"] }, "modalities"],
  ];
  for (const [body, param] of cases) assert.equal(refuseChat(body).param, param);
  assert.equal(openaiChat.modelOf({}).ok, false);
});

Deno.test("chatSession() keeps a conversation's name as it grows", () => {
  const first = decodeChat({ messages: [{ role: "user", content: "build it" }] }).session;
  const later = decodeChat({
    messages: [{ role: "user", content: "build it" }, { role: "assistant", content: "ok" }, {
      role: "user",
      content: "go",
    }],
  }).session;
  assert.equal(first, later);
  assert.notEqual(first, "");
  assert.equal(decodeChat({ prompt_cache_key: "k" }).session, "k");
  assert.equal(
    decodeChat({ user: "u" }, undefined, { headers: new Headers({ "x-session-id": "s" }) }).session,
    "s",
  );
});
