import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../../src/core/mod.ts";
import { openaiResponses, responsesInputTokens } from "../../../src/dialects/openai_responses/mod.ts";
import { encodeCarrier, encodeIdCarrier } from "../../../src/gemini/mod.ts";
import { decodeWith, refuseWith } from "../../support/dialect_calls.ts";

const SIGNATURE = "AbCd+/efGH==";
const CODEX = { originator: "codex_exec", "user-agent": "codex_exec/0.169" };
const tool = (
  name: string,
  parameters: unknown = { type: "object", properties: { q: { type: "string" } } },
) => ({
  type: "function",
  name,
  description: `does ${name}`,
  parameters,
  strict: false,
});
const message = (role: string, content: Json): JsonObject => ({ type: "message", role, content });
const user = (content: Json): JsonObject => message("user", content);
const call = (callId: string, name: string, args = "{}", more: object = {}) => ({
  type: "function_call",
  call_id: callId,
  name,
  arguments: args,
  ...more,
});
const output = (callId: string, value: unknown) => ({
  type: "function_call_output",
  call_id: callId,
  output: value,
});

function decode(body: object, model?: string, headers?: Record<string, string>) {
  return decodeWith(openaiResponses, { model: "gpt-x", input: "hi", ...body }, {
    ...(model === undefined ? {} : { model }),
    ...(headers === undefined ? {} : { headers }),
  });
}
const contents = (input: unknown[], model?: string) => decode({ input }, model).request.contents;

Deno.test("responses: a text as input is one user content, instructions are the system's first part", () => {
  const { request } = decode({ instructions: "I", input: [message("developer", "D"), user("u")] });
  assert.deepEqual(request.systemInstruction?.parts, [{ text: "I" }, { text: "D" }]);
  assert.deepEqual(request.contents, [{ role: "user", parts: [{ text: "u" }] }]);
  assert.deepEqual(decode({}).request.contents, [{ role: "user", parts: [{ text: "hi" }] }]);
});

Deno.test("responses : only system items are asked as the user", () => {
  assert.deepEqual(decode({ instructions: "I", input: [] }).request.contents, [{
    role: "user",
    parts: [{ text: "I" }],
  }]);
});

Deno.test("responses : a developer message in the middle stays, never between call and output", () => {
  const made = contents([user("u"), call("c", "f"), message("developer", "D"), output("c", "1")]);
  assert.ok(made[2]?.parts[0]?.functionResponse);
  assert.equal(made[2]?.parts[1]?.text, "D");
});

Deno.test("responses : parallel outputs follow the order of the calls, reasoning between them allowed", () => {
  const made = contents([
    user("u"),
    call("c1", "f"),
    { type: "reasoning", summary: [], id: "rs_1" },
    call("c2", "g"),
    output("c2", "2"),
    output("c1", "1"),
  ]);
  assert.equal(made.length, 3);
  assert.deepEqual(made[2]?.parts.map(({ functionResponse }) => functionResponse?.name), ["f", "g"]);
});

Deno.test("responses : missing and orphaned outputs", () => {
  const made = contents([
    user("u"),
    call("c1", "f"),
    call("c2", "g"),
    output("c1", "1"),
    output("gone", "lost"),
    user("next"),
  ]);
  assert.ok(made[2]?.parts[1]?.functionResponse?.response.error);
  assert.match(made[2]?.parts[2]?.text ?? "", /lost/);
  assert.equal(made[2]?.parts[3]?.text, "next");
});

Deno.test("responses : outputs are objects, lists of texts are joined", () => {
  const response = (value: unknown) =>
    contents([user("u"), call("c", "f"), output("c", value)])[2]?.parts[0]?.functionResponse?.response;
  assert.deepEqual(response('{"a":1}'), { a: 1 });
  assert.deepEqual(response("plain"), { output: "plain" });
  assert.deepEqual(response([{ type: "input_text", text: "x" }, { type: "input_text", text: "y" }]), {
    output: "x\ny",
  });
});

Deno.test("responses : an image in an output goes where the model takes it", () => {
  const input = [
    user("u"),
    call("c", "f"),
    output("c", [{ type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=" }]),
  ];
  assert.equal(contents(input)[2]?.parts[0]?.functionResponse?.parts?.[0]?.inlineData.mimeType, "image/png");
  assert.equal(contents(input, "gemini-2.5-flash")[2]?.parts[1]?.inlineData?.mimeType, "image/png");
});

Deno.test("responses : arguments are always an object", () => {
  const args = (text: string) =>
    contents([user("u"), call("c", "f", text), output("c", "1")])[1]?.parts[0]?.functionCall?.args;
  assert.deepEqual(args(""), {});
  assert.deepEqual(args("{bad"), { _raw: "{bad" });
  assert.deepEqual(args("[1]"), { value: [1] });
});

Deno.test("responses : assistant items and neighbours are merged", () => {
  const made = contents([
    user("a"),
    { role: "user", content: "b" },
    message("assistant", [{ type: "output_text", text: "t" }]),
    call("c", "f"),
    output("c", ""),
  ]);
  assert.deepEqual(made[0]?.parts, [{ text: "a" }, { text: "b" }]);
  assert.equal(made[1]?.parts[0]?.text, "t");
  assert.ok(made[1]?.parts[1]?.functionCall);
  assert.equal(contents([user("a"), message("assistant", []), user("b")]).length, 1);
});

Deno.test("responses : tool names are legal, distinct and map back", () => {
  const names = ["mcp.server/x y", "mcp.server_x y", "n".repeat(100)];
  const { request, context } = decode({ tools: [...names, "f", "f"].map((name) => tool(name)) });
  const sent = request.tools?.[0]?.functionDeclarations?.map(({ name }) => name) ?? [];
  assert.equal(sent.length, 4);
  assert.deepEqual(sent.map((name) => context.tools.get(name)?.name), [...names, "f"]);
});

Deno.test("responses : unknown and ignored fields are not sent", () => {
  const { request } = decode({
    foo: 1,
    metadata: {},
    user: "u",
    truncation: "auto",
    prompt_cache_key: "k",
    safety_identifier: "s",
    client_metadata: {},
    service_tier: "auto",
  });
  assert.deepEqual(Object.keys(request), ["contents"]);
  assert.equal(decode({ service_tier: "flex" }).request.serviceTier, "flex");
});

Deno.test("responses : effort by family, summary shows thoughts", () => {
  const thinking = (reasoning: object, model: string) =>
    decode({ reasoning }, model).request.generationConfig?.thinkingConfig;
  assert.deepEqual(thinking({ effort: "none" }, "gemini-2.5-flash"), {
    thinkingBudget: 0,
    includeThoughts: false,
  });
  assert.equal(thinking({ effort: "none" }, "gemini-2.5-pro")?.thinkingBudget, 128);
  assert.equal(thinking({ effort: "medium" }, "gemini-3.1-pro-preview")?.thinkingLevel, "medium");
  assert.equal(thinking({ effort: "minimal" }, "gemini-3.7-flash")?.thinkingLevel, "low");
  assert.equal(thinking({ effort: "xhigh" }, "gemini-2.5-pro")?.thinkingBudget, 32_768);
  assert.equal(thinking({ effort: "high" }, "gemini-2.0-flash"), undefined);
  assert.deepEqual(thinking({ summary: "auto" }, "gemini-3.1-pro-preview"), { includeThoughts: true });
  assert.equal(thinking({ effort: "low", summary: null }, "gemini-3.1-pro-preview")?.includeThoughts, false);
});

Deno.test("responses : text.format json_schema, and beside tools on 2.5", () => {
  const format = {
    text: {
      format: {
        type: "json_schema",
        name: "x",
        schema: { type: "object", properties: { a: { type: "number" } } },
      },
    },
  };
  assert.equal(decode(format).request.generationConfig?.responseMimeType, "application/json");
  const older = decode({ ...format, tools: [tool("f")] }, "gemini-2.5-flash");
  assert.equal(older.request.generationConfig?.responseMimeType, undefined);
  assert.match(older.request.systemInstruction?.parts[0]?.text ?? "", /JSON/);
  assert.equal(
    refuseWith(openaiResponses, { model: "m", input: "x", text: { format: { type: "grammar" } } }).param,
    "text.format.type",
  );
});

Deno.test("responses : tool_choice in all its forms", () => {
  const tools = [tool("a"), tool("b"), { type: "custom", name: "c" }];
  const mode = (tool_choice: unknown, declared: unknown[] = tools) =>
    decode({ tools: declared, tool_choice }).request.toolConfig?.functionCallingConfig;
  assert.equal(mode("auto"), undefined);
  assert.deepEqual(mode("none"), { mode: "NONE" });
  assert.deepEqual(mode("required"), { mode: "ANY" });
  assert.equal(mode("required", []), undefined);
  assert.deepEqual(mode("validated"), { mode: "VALIDATED" });
  assert.deepEqual(mode({ type: "function", name: "a" }), { mode: "ANY", allowedFunctionNames: ["a"] });
  assert.deepEqual(mode({ type: "custom", name: "c" }), { mode: "ANY", allowedFunctionNames: ["c"] });
  const chosen = [{ type: "function", name: "a" }];
  assert.deepEqual(mode({ type: "allowed_tools", mode: "auto", tools: chosen }), {
    mode: "VALIDATED",
    allowedFunctionNames: ["a"],
  });
  assert.deepEqual(mode({ type: "allowed_tools", mode: "required", tools: chosen }), {
    mode: "ANY",
    allowedFunctionNames: ["a"],
  });
  assert.equal(mode({ type: "web_search_preview" }), undefined);
  const failure = refuseWith(openaiResponses, {
    model: "m",
    input: "x",
    tools,
    tool_choice: { type: "function", name: "zz" },
  });
  assert.equal(failure.param, "tool_choice.name");
});

Deno.test("responses : web search alone needs no calling mode", () => {
  const { request } = decode({ tools: [{ type: "web_search" }], tool_choice: "auto" }, "gemini-2.5-flash");
  assert.deepEqual(request.tools, [{ googleSearch: {} }]);
  assert.equal(request.toolConfig, undefined);
});

Deno.test("responses : media of all kinds", () => {
  const made = decode({
    input: [user([
      { type: "input_image", image_url: "data:image/jpg;base64,/9j/\nAA" },
      { type: "input_image", image_url: "https://a.example/b.png", detail: "auto" },
      { type: "input_image", image_url: "https://youtu.be/x" },
      { type: "input_audio", input_audio: { data: "SUQzAA==", format: "mp3" } },
      { type: "input_file", file_data: "JVBERi0x", filename: "a.pdf" },
      { type: "input_file", file_data: `data:text/plain;base64,${btoa("words")}`, filename: "a.txt" },
    ])],
  });
  const parts = made.request.contents[0]?.parts ?? [];
  assert.deepEqual(parts[0]?.inlineData, { mimeType: "image/jpeg", data: "/9j/AA" });
  assert.deepEqual(made.remoteMedia, [{
    url: "https://a.example/b.png",
    param: "input[0].content[1].image_url",
  }]);
  assert.equal(parts[2]?.fileData?.fileUri, "https://youtu.be/x");
  assert.equal(parts[3]?.inlineData?.mimeType, "audio/mpeg");
  assert.equal(parts[4]?.inlineData?.mimeType, "application/pdf");
  assert.equal(parts[5]?.text, "words");
});

Deno.test("responses : encrypted reasoning gives its signature back to the call", () => {
  const reasoning = {
    type: "reasoning",
    id: "rs_1",
    summary: [{ type: "summary_text", text: "hm" }],
    encrypted_content: encodeCarrier(SIGNATURE, "gemini_cli"),
  };
  const made = decode({
    store: false,
    input: [user("u"), reasoning, call("c1", "f"), call("c2", "g"), output("c1", "1"), output("c2", "2")],
  });
  assert.deepEqual(made.request.contents[1]?.parts.map(({ thoughtSignature }) => thoughtSignature), [
    SIGNATURE,
    undefined,
  ]);
  assert.equal(made.signedBy, "gemini_cli");
  assert.equal(JSON.stringify(made.request).includes("hm"), false);
});

Deno.test("responses: the id of a call is the second carrier of its signature", () => {
  const made = decode({
    input: [
      user("u"),
      call("c1", "f", "{}", { id: `fc_abc_1-${encodeIdCarrier(SIGNATURE, "api_key")}` }),
      output("c1", "1"),
    ],
  });
  assert.equal(made.request.contents[1]?.parts[0]?.thoughtSignature, SIGNATURE);
  assert.equal(made.signedBy, "api_key");
});

Deno.test("responses : lookup, then the stand-in; foreign blobs never", () => {
  const reasoning = { type: "reasoning", summary: [], encrypted_content: "gAAAAABqX6NTF9B3" };
  const input = [
    user("u"),
    reasoning,
    call("c1", "f"),
    call("c2", "f"),
    output("c1", "1"),
    output("c2", "2"),
  ];
  const made = decode({ input }, "gemini-flash-latest");
  assert.deepEqual(made.request.contents[1]?.parts.map(({ thoughtSignature }) => thoughtSignature), [
    "skip_thought_signature_validator",
    undefined,
  ]);
  assert.deepEqual(made.missingSignatures, [{ id: "c1", name: "f", args: {} }]);
  const found = decodeWith(openaiResponses, { model: "m", input }, {
    signatureOf: ({ id }) => id === "c1" ? SIGNATURE : undefined,
  });
  assert.equal(found.request.contents[1]?.parts[0]?.thoughtSignature, SIGNATURE);
});

Deno.test("responses : max_output_tokens is clamped", () => {
  assert.equal(decode({ max_output_tokens: 131_072 }).request.generationConfig?.maxOutputTokens, 65_536);
});

Deno.test("Codex's tools: functions and namespace children, no search on 2.5", () => {
  const tools = [
    tool("shell"),
    { type: "namespace", name: "multi_agent_v1", description: "d", tools: [tool("spawn"), tool("wait")] },
    { type: "web_search", external_web_access: true },
    { type: "tool_search" },
    {
      type: "custom",
      name: "apply_patch",
      description: "p",
      format: { type: "grammar", syntax: "lark", definition: "start: x" },
    },
  ];
  const made = decode({ tools, tool_choice: "auto" }, "gemini-2.5-flash", CODEX);
  assert.equal(made.request.tools?.length, 1);
  const declared = made.request.tools?.[0]?.functionDeclarations ?? [];
  assert.deepEqual(declared.map(({ name }) => name), [
    "shell",
    "multi_agent_v1__spawn",
    "multi_agent_v1__wait",
    "apply_patch",
  ]);
  assert.deepEqual(made.context.tools.get("multi_agent_v1__spawn"), {
    name: "spawn",
    namespace: "multi_agent_v1",
    kind: "function",
  });
  assert.match(declared[3]?.description ?? "", /start: x/);
  assert.equal(made.context.codex, true);
  assert.equal(decode({ tools }).request.tools?.length, 2);
});

Deno.test("responses: history of namespace and custom calls uses the declared names again", () => {
  const made = decode({
    tools: [{ type: "namespace", name: "ns", tools: [tool("x")] }, { type: "custom", name: "patch" }],
    input: [
      user("u"),
      call("c1", "x", "{}", { namespace: "ns" }),
      { type: "custom_tool_call", call_id: "c2", name: "patch", input: "raw" },
      output("c1", "1"),
      { type: "custom_tool_call_output", call_id: "c2", output: "ok" },
    ],
  });
  const calls = made.request.contents[1]?.parts.map(({ functionCall }) => functionCall);
  assert.deepEqual(calls?.map((one) => one?.name), ["ns__x", "patch"]);
  assert.deepEqual(calls?.[1]?.args, { input: "raw" });
  assert.deepEqual(made.request.contents[2]?.parts[1]?.functionResponse?.response, { output: "ok" });
});

Deno.test("developer messages before the user go to the system instruction in order", () => {
  const { request } = decode({
    input: [
      message("developer", [{ type: "input_text", text: "1" }]),
      message("developer", "2"),
      user("u"),
      user("v"),
    ],
  });
  assert.deepEqual(request.systemInstruction?.parts, [{ text: "1" }, { text: "2" }]);
  assert.deepEqual(request.contents, [{ role: "user", parts: [{ text: "u" }, { text: "v" }] }]);
});

Deno.test("responses: history items of every kind are taken or left out, never refused", () => {
  const made = contents([
    user("u"),
    {
      type: "local_shell_call",
      id: "ls",
      call_id: "s1",
      status: "completed",
      action: { type: "exec", command: ["ls"] },
    },
    { type: "local_shell_call_output", call_id: "s1", output: "a.txt" },
    { type: "mcp_call", id: "m1", server_label: "s", name: "find", arguments: '{"a":1}', output: "found" },
    { type: "web_search_call", id: "ws", status: "completed", action: { type: "search", query: "q" } },
    {
      type: "code_interpreter_call",
      id: "ci",
      code: "print(1)",
      container_id: "c",
      outputs: null,
      status: "completed",
    },
    { type: "image_generation_call", id: "ig", status: "completed", result: "AAAA" },
    { type: "compaction", encrypted_content: "x" },
    { type: "mcp_list_tools", tools: [] },
    { type: "something_new" },
    { type: "additional_tools", role: "developer", tools: [tool("late")] },
    user("v"),
  ]);
  assert.deepEqual(
    made.flatMap(({ parts }) => parts.flatMap(({ functionCall }) => functionCall?.name ?? [])),
    ["local_shell", "find"],
  );
  assert.equal(made.at(-1)?.role, "user");
  const tools =
    decode({ input: [user("u"), { type: "additional_tools", tools: [tool("late")] }] }).request.tools;
  assert.equal(tools?.[0]?.functionDeclarations?.[0]?.name, "late");
});

Deno.test("responses: a chain of stored responses replays the whole conversation", () => {
  const stored = new Map<string, Json>([["resp_abc", {
    v: 1,
    response: { id: "resp_abc" },
    items: [user("first"), call("c1", "f", "{}", { id: `fc_abc_0-${encodeIdCarrier(SIGNATURE)}` })],
  }]]);
  const body = {
    model: "m",
    previous_response_id: "resp_abc",
    input: [output("c1", "1"), { type: "item_reference", id: "msg_zzz_0" }],
  };
  assert.deepEqual(openaiResponses.references?.(body), ["resp_abc", "resp_zzz"]);
  const next = { ...body, input: [output("c1", "1")] };
  const made = decodeWith(openaiResponses, next, { stored });
  assert.deepEqual(made.request.contents.map(({ role }) => role), ["user", "model", "user"]);
  assert.equal(made.request.contents[1]?.parts[0]?.thoughtSignature, SIGNATURE);
  assert.equal(made.context.history.length, 3);
  const missing = refuseWith(openaiResponses, next);
  assert.deepEqual([missing.param, missing.code], ["previous_response_id", "previous_response_not_found"]);
  assert.equal(refuseWith(openaiResponses, body, { stored }).param, "input[1].id");
});

Deno.test("responses: an item reference is resolved from the response that its id names", () => {
  const stored = new Map<string, Json>([["resp_abc", {
    v: 1,
    items: [{ ...message("assistant", "said"), id: "msg_abc_0" }],
  }]]);
  const made = decodeWith(openaiResponses, {
    model: "m",
    input: [user("u"), { type: "item_reference", id: "msg_abc_0" }, user("v")],
  }, { stored });
  assert.equal(made.request.contents[1]?.parts[0]?.text, "said");
});

Deno.test("responses: what cannot be served is refused by name", () => {
  const bad: [object, string][] = [
    [{ background: true }, "background"],
    [{ conversation: "c" }, "conversation"],
    [{ prompt: { id: "p" } }, "prompt"],
    [{ input: 5 }, "input"],
    [{ input: undefined }, "input"],
    [{ input: [5] }, "input[0]"],
    [{ input: [user([{ type: "input_text", text: 5 }])] }, "input[0].content[0].text"],
    [{ input: [user([{ type: "input_image", image_url: 5 }])] }, "input[0].content[0].image_url"],
    [{ input: [user([{ type: "input_image", image_url: "ftp://x" }])] }, "input[0].content[0].image_url"],
    [{ input: [{ type: "function_call", name: "f", arguments: "{}" }] }, "input[0].call_id"],
    [{ tools: [{ type: "function", name: 5 }] }, "tools[0].name"],
    [{ tools: [{ type: "namespace", name: "n", tools: [{ type: "function" }] }] }, "tools[0].tools[0].name"],
    [{ tool_choice: "sometimes" }, "tool_choice"],
    [{ max_output_tokens: 0 }, "max_output_tokens"],
    [{ temperature: "hot" }, "temperature"],
    [{ instructions: 5 }, "instructions"],
    [{ store: "yes" }, "store"],
    [{ model: undefined }, "model"],
  ];
  for (const [body, param] of bad) {
    const failure = refuseWith(openaiResponses, { model: "m", input: "x", ...body });
    assert.deepEqual([failure.param, failure.status], [param, 400]);
  }
});

Deno.test("responses: parallel_tool_calls false keeps one call, logprobs are refused softly", () => {
  assert.equal(decode({ parallel_tool_calls: false }).oneToolCall, true);
  const made = decode({ include: ["message.output_text.logprobs"], top_logprobs: 3 });
  assert.match(made.warnings.join(), /logprobs/);
  assert.equal(made.request.generationConfig, undefined);
});

Deno.test("responses: input_tokens counts and has its own reply", () => {
  const made = decodeWith(responsesInputTokens, { model: "m", input: "x", stream: true });
  assert.deepEqual([made.operation, made.stream], ["count_tokens", false]);
  assert.deepEqual(responsesInputTokens.encodeCount?.(7), {
    object: "response.input_tokens",
    input_tokens: 7,
  });
});

Deno.test("responses: the session is the header's, else the cache key", () => {
  assert.equal(decode({ prompt_cache_key: "k" }).session, "k");
  assert.equal(decode({ prompt_cache_key: "k" }, undefined, { session_id: "s" }).session, "s");
});
