import assert from "node:assert/strict";
import { anthropicCount, anthropicMessages } from "../../../src/dialects/anthropic_messages/mod.ts";
import { encodeCarrier } from "../../../src/gemini/mod.ts";
import { decodeWith, refuseWith } from "../../support/dialect_calls.ts";

const SIGNATURE = "AbCd+/efGH==";
const tool = (name: string, schema: unknown = { type: "object", properties: { q: { type: "string" } } }) => ({
  name,
  description: `does ${name}`,
  input_schema: schema,
});
const toolUse = (id: string, name: string, input: unknown = {}) => ({ type: "tool_use", id, name, input });
const result = (id: string, content: unknown, more: object = {}) => ({
  type: "tool_result",
  tool_use_id: id,
  content,
  ...more,
});
const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });

function decode(body: object, model?: string) {
  const whole = { model: "claude-x", max_tokens: 100, messages: [user("hi")], ...body };
  return decodeWith(anthropicMessages, whole, model === undefined ? {} : { model });
}
const contents = (messages: unknown[], more: object = {}, model?: string) =>
  decode({ messages, ...more }, model).request.contents;

Deno.test("messages : system blocks become system parts, in order", () => {
  const { request } = decode({
    system: [{ type: "text", text: "A", cache_control: { type: "ephemeral" } }, { type: "text", text: "B" }],
  });
  assert.deepEqual(request.systemInstruction?.parts, [{ text: "A" }, { text: "B" }]);
  assert.deepEqual(request.contents, [{ role: "user", parts: [{ text: "hi" }] }]);
});

Deno.test("messages : a conversation of system alone is asked as the user", () => {
  const { request } = decode({ messages: [{ role: "system", content: "A" }] });
  assert.deepEqual(request.contents, [{ role: "user", parts: [{ text: "A" }] }]);
  assert.equal(request.systemInstruction, undefined);
});

Deno.test("messages : a system message in the middle stays there", () => {
  const made = contents([user("u1"), assistant("a1"), { role: "system", content: "S" }, user("u2")]);
  assert.equal(made.length, 3);
  assert.match(made[2]?.parts[0]?.text ?? "", /S/);
  assert.equal(made[2]?.parts[1]?.text, "u2");
});

Deno.test("messages : a system message never comes between a call and its result", () => {
  const made = contents([
    user("u"),
    assistant([toolUse("t1", "f")]),
    { role: "system", content: "S" },
    user([result("t1", "r")]),
  ]);
  assert.ok(made[2]?.parts[0]?.functionResponse);
  assert.match(made[2]?.parts[1]?.text ?? "", /S/);
});

Deno.test("messages : empty texts leave no empty parts", () => {
  for (const content of ["", [], [{ type: "text", text: "" }]]) {
    const made = contents([user(content)]);
    assert.ok((made[0]?.parts.length ?? 0) > 0);
    assert.notEqual(made[0]?.parts[0]?.text, "");
  }
});

Deno.test("messages : an assistant message with nothing in it is skipped", () => {
  assert.equal(contents([user("a"), assistant([]), user("b")]).length, 1);
});

Deno.test("messages : text stands before the call in the same content", () => {
  const made = contents([
    user("u"),
    assistant([{ type: "text", text: "so" }, toolUse("t1", "f")]),
    user([result("t1", "r")]),
  ]);
  assert.equal(made[1]?.parts[0]?.text, "so");
  assert.equal(made[1]?.parts[1]?.functionCall?.name, "f");
});

Deno.test("messages : consecutive user messages become one content", () => {
  assert.deepEqual(contents([user("a"), user("b")]), [{
    role: "user",
    parts: [{ text: "a" }, { text: "b" }],
  }]);
});

Deno.test("messages : parallel results follow the order of their calls", () => {
  const made = contents([
    user("u"),
    assistant([toolUse("c1", "f"), toolUse("c2", "g"), toolUse("c3", "h")]),
    user([result("c3", "3"), result("c1", "1"), result("c2", "2")]),
  ]);
  assert.deepEqual(made[2]?.parts.map(({ functionResponse }) => functionResponse?.name), ["f", "g", "h"]);
  assert.deepEqual(made[2]?.parts.map(({ functionResponse }) => functionResponse?.response), [
    { output: "1" },
    { output: "2" },
    { output: "3" },
  ]);
});

Deno.test("messages : a call without a result gets an error in its place, before the user's text", () => {
  const made = contents([
    user("u"),
    assistant([toolUse("c1", "f"), toolUse("c2", "g")]),
    user([{ type: "text", text: "stop" }, result("c1", "1")]),
  ]);
  assert.ok(made[2]?.parts[1]?.functionResponse?.response.error);
  assert.equal(made[2]?.parts[2]?.text, "stop");
});

Deno.test("messages : a result without its call becomes text", () => {
  const made = contents([user([result("gone", "value")])]);
  assert.match(made[0]?.parts[0]?.text ?? "", /value/);
});

Deno.test("messages : results are always objects", () => {
  const response = (content: unknown) =>
    contents([user("u"), assistant([toolUse("t", "f")]), user([result("t", content)])])[2]?.parts[0]
      ?.functionResponse?.response;
  assert.deepEqual(response('{"a":1}'), { a: 1 });
  assert.deepEqual(response("[1,2]"), { output: "[1,2]" });
  assert.deepEqual(response("plain"), { output: "plain" });
  assert.deepEqual(response(""), { output: "" });
  assert.deepEqual(response(null), { output: "" });
  assert.deepEqual(response([]), { output: "" });
  assert.deepEqual(response([{ type: "text", text: "x" }, { type: "text", text: "y" }]), { output: "x\ny" });
});

Deno.test("messages : an error with an image keeps both, as the model takes them", () => {
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } };
  const messages = [
    user("u"),
    assistant([toolUse("t", "f")]),
    user([result("t", [{ type: "text", text: "bad" }, image], { is_error: true })]),
  ];
  const newer = contents(messages)[2]?.parts;
  assert.deepEqual(newer?.[0]?.functionResponse?.response, { error: "bad" });
  assert.equal(newer?.[0]?.functionResponse?.parts?.[0]?.inlineData.mimeType, "image/png");
  const older = contents(messages, {}, "gemini-2.5-flash")[2]?.parts;
  assert.deepEqual(older?.[0]?.functionResponse?.response, { error: "bad" });
  assert.equal(older?.[1]?.inlineData?.mimeType, "image/png");
});

Deno.test("messages : a conversation that begins with a call gets a user before it", () => {
  const made = contents([assistant([toolUse("t", "f")]), user([result("t", "r")])]);
  assert.equal(made[0]?.role, "user");
  assert.ok(made[1]?.parts[0]?.functionCall);
});

Deno.test("messages : a prefill on a new model with tools ends with the user", () => {
  const made = contents([user("u"), assistant("I will")], { tools: [tool("f")] });
  assert.equal(made.at(-1)?.role, "user");
});

Deno.test("messages : tool names are made legal, distinct and short, and come back as they were", () => {
  const names = ["mcp.server/tool name", "mcp.server_tool name", "x".repeat(100)];
  const { request, context } = decode({ tools: names.map((name) => tool(name)) });
  const sent = request.tools?.[0]?.functionDeclarations?.map(({ name }) => name) ?? [];
  assert.equal(new Set(sent).size, 3);
  for (const name of sent) assert.match(name, /^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/);
  assert.deepEqual(sent.map((name) => context.names.toClient(name)), names);
});

Deno.test("messages : of two tools with one name one is declared", () => {
  const { request } = decode({ tools: [tool("f"), tool("f")] });
  assert.equal(request.tools?.[0]?.functionDeclarations?.length, 1);
});

Deno.test("messages : a lone surrogate becomes U+FFFD", () => {
  assert.equal(contents([user("a\ud83d")])[0]?.parts[0]?.text, "a\ufffd");
});

Deno.test("messages : unknown and ignored fields are not sent", () => {
  const { request } = decode({
    foo: 1,
    metadata: { user_id: "u" },
    service_tier: "auto",
    context_management: {},
    mcp_servers: [],
    container: null,
  });
  assert.deepEqual(Object.keys(request).sort(), ["contents", "generationConfig"]);
});

Deno.test("messages : stop sequences are cleaned, five are sent and the rest is kept", () => {
  const { request, extraStops } = decode({ stop_sequences: ["a", "", "a", "b", "c", "d", "e", "f", "g"] });
  assert.deepEqual(request.generationConfig?.stopSequences, ["a", "b", "c", "d", "e"]);
  assert.deepEqual(extraStops, ["f", "g"]);
});

Deno.test("messages : a budget above the model's is clamped and thoughts are shown", () => {
  const { request, context } = decode(
    { max_tokens: 60_000, thinking: { type: "enabled", budget_tokens: 50_000 } },
    "gemini-2.5-flash",
  );
  assert.deepEqual(request.generationConfig?.thinkingConfig, {
    thinkingBudget: 24_576,
    includeThoughts: true,
  });
  assert.equal(context.thinking, "shown");
});

Deno.test("messages : disabled thinking is the lowest level, with nothing shown", () => {
  const { request, context } = decode({ thinking: { type: "disabled" } }, "gemini-3-flash-preview");
  assert.deepEqual(request.generationConfig?.thinkingConfig, {
    thinkingLevel: "minimal",
    includeThoughts: false,
  });
  assert.equal(context.thinking, "off");
});

Deno.test("messages : a model that does not think is sent no thinking", () => {
  const { request } = decode(
    { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
    "gemini-2.0-flash",
  );
  assert.equal(request.generationConfig?.thinkingConfig, undefined);
});

Deno.test("messages : a format is sent as schema, or in words beside tools on older models", () => {
  const schema = {
    $schema: "x",
    type: "object",
    properties: { a: { $ref: "#/$defs/A" } },
    $defs: { A: { type: "string" } },
    additionalProperties: false,
  };
  const format = { output_config: { format: { type: "json_schema", schema } } };
  const plain = decode(format).request.generationConfig;
  assert.equal(plain?.responseMimeType, "application/json");
  const { $schema: _, ...sent } = schema;
  assert.deepEqual(plain?.responseJsonSchema, sent);
  const older = decode({ ...format, tools: [tool("f")] }, "gemini-2.5-flash");
  assert.equal(older.request.generationConfig?.responseMimeType, undefined);
  assert.match(older.request.systemInstruction?.parts[0]?.text ?? "", /JSON Schema/);
});

Deno.test("messages : tool_choice none, unknown and any", () => {
  const mode = (body: object) => decode(body).request.toolConfig?.functionCallingConfig;
  assert.deepEqual(mode({ tools: [tool("f")], tool_choice: { type: "none" } }), { mode: "NONE" });
  assert.deepEqual(mode({ tools: [tool("f")], tool_choice: { type: "any" } }), { mode: "ANY" });
  assert.deepEqual(mode({ tools: [tool("f")], tool_choice: { type: "tool", name: "f" } }), {
    mode: "ANY",
    allowedFunctionNames: ["f"],
  });
  assert.equal(mode({ tools: [], tool_choice: { type: "any" } }), undefined);
  assert.equal(mode({ tools: [tool("f")], tool_choice: { type: "auto" } }), undefined);
  const failure = refuseWith(anthropicMessages, {
    model: "m",
    max_tokens: 1,
    messages: [user("u")],
    tools: [tool("f")],
    tool_choice: { type: "tool", name: "x" },
  });
  assert.equal(failure.param, "tool_choice.name");
  assert.equal(
    decode({ tools: [tool("f")], tool_choice: { type: "auto", disable_parallel_tool_use: true } })
      .oneToolCall,
    true,
  );
});

Deno.test("messages : a forced web search stands alone and needs no calling mode", () => {
  const search = { type: "web_search_20250305", name: "web_search", max_uses: 8 };
  const { request, context } = decode(
    { tools: [search], tool_choice: { type: "tool", name: "web_search" } },
    "gemini-2.5-flash",
  );
  assert.deepEqual(request.tools, [{ googleSearch: {} }]);
  assert.equal(request.toolConfig, undefined);
  assert.equal(context.webSearch, true);
  const mixed = decode({ tools: [search, tool("f")] }, "gemini-2.5-flash");
  assert.equal(mixed.request.tools?.length, 1);
  assert.match(mixed.warnings.join(), /left out/);
  const newer = decode({ tools: [search, tool("f")] });
  assert.equal(newer.request.tools?.length, 2);
  assert.equal(newer.request.toolConfig?.includeServerSideToolInvocations, true);
});

Deno.test("messages : a tool without arguments is declared without parameters", () => {
  const { request } = decode({
    tools: [tool("f", { type: "object", properties: {} }), tool("g", undefined)],
  });
  assert.deepEqual(request.tools?.[0]?.functionDeclarations?.map((one) => "parametersJsonSchema" in one), [
    false,
    true,
  ]);
});

Deno.test("messages: client tools with a documented schema are declared, others are left out", () => {
  const { request, warnings } = decode({
    tools: [{ type: "bash_20250124", name: "bash" }, {
      type: "text_editor_20250728",
      name: "str_replace_based_edit_tool",
    }, { type: "computer_20250124", name: "computer" }],
  });
  assert.deepEqual(request.tools?.[0]?.functionDeclarations?.map(({ name }) => name), [
    "bash",
    "str_replace_based_edit_tool",
  ]);
  assert.match(warnings.join(), /computer_20250124/);
});

Deno.test("messages : images are cleaned and typed", () => {
  const image = { type: "image", source: { type: "base64", media_type: "image/jpg", data: "/9j/\nAA" } };
  assert.deepEqual(contents([user([image])])[0]?.parts[0]?.inlineData, {
    mimeType: "image/jpeg",
    data: "/9j/AA",
  });
});

Deno.test("messages : addresses are named to be fetched; Google's own stay", () => {
  const image = (url: string) => ({ type: "image", source: { type: "url", url } });
  const made = decode({
    messages: [user([image("https://a.example/x.png"), image("https://www.youtube.com/watch?v=1")])],
  });
  assert.deepEqual(made.remoteMedia, [{
    url: "https://a.example/x.png",
    param: "messages[0].content[0].source.url",
  }]);
  assert.equal(made.request.contents[0]?.parts[1]?.fileData?.fileUri, "https://www.youtube.com/watch?v=1");
});

Deno.test("messages : a PDF keeps its title, context and place", () => {
  const document = {
    type: "document",
    title: "Report",
    context: "draft",
    source: { type: "base64", media_type: "application/pdf", data: "JVBERi0x" },
  };
  const parts = contents([user([{ type: "text", text: "see" }, document])])[0]?.parts;
  assert.equal(parts?.[0]?.text, "see");
  assert.match(parts?.[1]?.text ?? "", /Report\ndraft/);
  assert.equal(parts?.[2]?.inlineData?.mimeType, "application/pdf");
});

Deno.test("messages : our signature goes back to its call alone, and thinking is not sent", () => {
  const thinking = { type: "thinking", thinking: "hm", signature: encodeCarrier(SIGNATURE, "api_key") };
  const made = decode({
    messages: [
      user("u"),
      assistant([thinking, toolUse("c1", "f"), toolUse("c2", "f", { q: "2" })]),
      user([result("c1", "1"), result("c2", "2")]),
    ],
  });
  const parts = made.request.contents[1]?.parts;
  assert.deepEqual(parts?.map(({ thoughtSignature }) => thoughtSignature), [SIGNATURE, undefined]);
  assert.equal(JSON.stringify(made.request).includes("hm"), false);
  assert.equal(made.signedBy, "api_key");
  assert.deepEqual(made.missingSignatures, []);
});

Deno.test("messages : a carrier in redacted thinking restores the signature", () => {
  const made = contents([
    user("u"),
    assistant([{ type: "redacted_thinking", data: encodeCarrier(SIGNATURE) }, toolUse("c", "f")]),
    user([result("c", "1")]),
  ]);
  assert.equal(made[1]?.parts[0]?.thoughtSignature, SIGNATURE);
});

Deno.test("messages : foreign or missing signatures become the stand-in on the first call, on models that need one", () => {
  const messages = [
    user("u"),
    assistant([
      { type: "thinking", thinking: "x", signature: "EqkECkYIBxgCKkA8AZ4n" },
      toolUse("c1", "f"),
      toolUse("c2", "g"),
    ]),
    user([result("c1", "1"), result("c2", "2")]),
  ];
  for (const model of ["gemini-3.1-pro-preview", "gemini-flash-latest"]) {
    const made = decode({ messages }, model);
    assert.deepEqual(made.request.contents[1]?.parts.map(({ thoughtSignature }) => thoughtSignature), [
      "skip_thought_signature_validator",
      undefined,
    ]);
    assert.equal(made.missingSignatures[0]?.id, "c1");
  }
  assert.equal(contents(messages, {}, "gemini-2.5-flash")[1]?.parts[0]?.thoughtSignature, undefined);
});

Deno.test("messages : a signature is looked up by id and arguments", () => {
  const asked: unknown[] = [];
  const made = decodeWith(anthropicMessages, {
    model: "m",
    max_tokens: 1,
    messages: [user("u"), assistant([toolUse("new1", "f", { q: "1" })]), user([result("new1", "1")])],
  }, {
    signatureOf: (key) => {
      asked.push(key);
      return SIGNATURE;
    },
  });
  assert.deepEqual(asked, [{ id: "new1", name: "f", args: { q: "1" } }]);
  assert.equal(made.request.contents[1]?.parts[0]?.thoughtSignature, SIGNATURE);
});

Deno.test("messages : ids are echoed to models that give them", () => {
  const made = contents(
    [user("u"), assistant([toolUse("abc", "f")]), user([result("abc", "1")])],
    {},
    "gemini-3.6-flash",
  );
  assert.equal(made[1]?.parts[0]?.functionCall?.id, "abc");
  assert.equal(made[2]?.parts[0]?.functionResponse?.id, "abc");
});

Deno.test("messages : count_tokens takes system and tools and no max_tokens", () => {
  const made = decodeWith(anthropicCount, {
    model: "m",
    system: "S",
    tools: [tool("f")],
    messages: [user("u")],
    stream: true,
  });
  assert.equal(made.operation, "count_tokens");
  assert.equal(made.stream, false);
  assert.ok(made.request.systemInstruction && made.request.tools);
  assert.deepEqual(anthropicCount.encodeCount?.(7), { input_tokens: 7 });
});

Deno.test("messages : max_tokens is clamped to the model's limit", () => {
  assert.equal(decode({ max_tokens: 131_072 }).request.generationConfig?.maxOutputTokens, 65_536);
});

Deno.test("messages : a system message after the first user message joins it", () => {
  const made = contents([
    user("u"),
    { role: "system", content: "S" },
    assistant([toolUse("t", "f")]),
    user([result("t", "r")]),
  ]);
  assert.deepEqual(made.map(({ role }) => role), ["user", "model", "user"]);
  assert.match(made[0]?.parts[1]?.text ?? "", /S/);
  assert.ok(made[1]?.parts[0]?.functionCall);
  assert.ok(made[2]?.parts[0]?.functionResponse);
});

Deno.test("messages : the billing header block is left out", () => {
  const { request } = decode({
    system: [{ type: "text", text: "x-anthropic-billing-header: cc_version=1" }, { type: "text", text: "S" }],
  });
  assert.deepEqual(request.systemInstruction?.parts, [{ text: "S" }]);
});

Deno.test("messages : adaptive thinking with omitted display follows the effort and shows nothing", () => {
  const { request, context } = decode({
    max_tokens: 60_000,
    thinking: { type: "adaptive", display: "omitted" },
    output_config: { effort: "high" },
  }, "gemini-2.5-flash");
  assert.deepEqual(request.generationConfig?.thinkingConfig, {
    thinkingBudget: 24_576,
    includeThoughts: false,
  });
  assert.equal(context.thinking, "omitted");
});

Deno.test("messages: wrong types are named by their field", () => {
  const bad: [object, string][] = [
    [{ messages: "x" }, "messages"],
    [{ messages: [] }, "messages"],
    [{ messages: [1] }, "messages[0]"],
    [{ messages: [user(5)] }, "messages[0].content"],
    [{ messages: [user([{ type: "text", text: 5 }])] }, "messages[0].content[0].text"],
    [{
      messages: [user([{ type: "text", text: "a" }, { type: "image", source: { type: "base64", data: 5 } }])],
    }, "messages[0].content[1].source.data"],
    [
      { messages: [user([{ type: "image", source: { type: "base64", data: "%%%" } }])] },
      "messages[0].content[0].source.data",
    ],
    [
      { messages: [user([{ type: "image", source: { type: "file", file_id: "f" } }])] },
      "messages[0].content[0].source.file_id",
    ],
    [
      { messages: [user([{ type: "image", source: { type: "url", url: "file:///etc/passwd" } }])] },
      "messages[0].content[0].source.url",
    ],
    [{ max_tokens: "5" }, "max_tokens"],
    [{ max_tokens: -1 }, "max_tokens"],
    [{ max_tokens: undefined }, "max_tokens"],
    [{ temperature: 3 }, "temperature"],
    [{ stop_sequences: [1] }, "stop_sequences[0]"],
    [{ system: 5 }, "system"],
    [{ tools: [{ name: 5 }] }, "tools[0].name"],
    [{ tools: [{ name: "f", input_schema: [] }] }, "tools[0].input_schema"],
    [{ tool_choice: { type: "x" } }, "tool_choice.type"],
    [{ thinking: { type: "enabled", budget_tokens: "x" } }, "thinking.budget_tokens"],
    [{ output_config: { format: { type: "x" } } }, "output_config.format.type"],
    [{ stream: "yes" }, "stream"],
    [{ model: 5 }, "model"],
  ];
  for (const [body, param] of bad) {
    const failure = refuseWith(anthropicMessages, {
      model: "m",
      max_tokens: 5,
      messages: [user("u")],
      ...body,
    });
    assert.equal(failure.param, param);
    assert.equal(failure.status, 400);
  }
  assert.equal(refuseWith(anthropicMessages, []).param, "body");
});

Deno.test("messages: the session is Claude Code's", () => {
  const made = decode({ metadata: { user_id: "user_1_account__session_0a1b2c3d-0000-1111" } });
  assert.equal(made.session, "0a1b2c3d-0000-1111");
});
