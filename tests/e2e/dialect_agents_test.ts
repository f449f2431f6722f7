/** What the newest Codex, Claude Code and their SDKs send, at the HTTP boundary. */
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { ask, at, frames, generateCalls, type Json, tell } from "./calls.ts";
import { askedUp, itemsOf, JSON_REPLY, lastUp, list, replyOf, warningsOf } from "./dialect_bodies.ts";

const said = (content: unknown) => ({ type: "message", role: "user", content });
const texts = (up: Json): string =>
  JSON.stringify(
    (up["contents"] as { parts: { text?: string }[] }[]).map(({ parts }) => parts.map(({ text }) => text)),
  );
const declared = (up: Json): unknown[] =>
  list(at(up, "tools.0.functionDeclarations")).map(({ name }) => name);

Deno.test("Codex: a message of another agent is the user's text; what only OpenAI can read is left out", async () => {
  await using t = await proxyUnderTest();
  const message = (...content: Json[]) => ({
    type: "agent_message",
    author: "/lead",
    recipient: "/lead/child",
    content,
  });
  const { told, up } = await askedUp(t, "responses", {
    input: [
      message(
        { type: "input_text", text: "NEW_TASK" },
        { type: "encrypted_content", encrypted_content: "count to three" },
        { type: "encrypted_content", encrypted_content: "gAAAAABsecret" },
      ),
    ],
  });
  assert.match(texts(up), /NEW_TASK.*count to three/);
  assert.ok(!texts(up).includes("gAAAA"));
  assert.match(warningsOf(told), /[Ee]ncrypted/);
});

for (const stream of [false, true]) {
  Deno.test(`Codex: a compaction trigger is answered by one sealed item that the next request reads (stream ${stream})`, async () => {
    await using t = await proxyUnderTest();
    t.simulator.control.replay(
      stream ? `data: ${replyOf([{ text: "THE SUMMARY ü" }])}\r\n\r\n` : replyOf([{ text: "THE SUMMARY ü" }]),
      stream ? { contentType: "text/event-stream" } : JSON_REPLY,
    );
    const tools = [{ type: "function", name: "f", parameters: { type: "object" } }];
    const told = await ask(t, "responses", {
      stream,
      more: { tools, input: [said("long work"), { type: "compaction_trigger" }] },
    });
    const items = itemsOf(told);
    assert.deepEqual(items.map(({ type }) => type), ["compaction"]);
    assert.equal(typeof items[0]!["encrypted_content"], "string");
    assert.equal(at(lastUp(t), "toolConfig.functionCallingConfig.mode"), "NONE");
    const done = stream ? frames(told.text).filter(({ type }) => type === "response.output_item.done") : [];
    if (stream) assert.deepEqual(done.map(({ item }) => at(item, "type")), ["compaction"]);
    const next = await askedUp(t, "responses", { input: [...items, said("go on")] });
    assert.match(texts(next.up), /THE SUMMARY ü.*go on/);
  });
}

Deno.test("Codex: a compaction that another service sealed is left out with a warning", async () => {
  await using t = await proxyUnderTest();
  const { told, up } = await askedUp(t, "responses", {
    input: [{ type: "compaction", encrypted_content: "gAAAAABx" }, said("go on")],
  });
  assert.equal(texts(up), '[["go on"]]');
  assert.match(warningsOf(told), /compaction/);
});

Deno.test("POST /v1/responses/compact answers with one compaction item", async () => {
  await using t = await proxyUnderTest();
  t.simulator.control.replay(replyOf([{ text: "THE SUMMARY" }]), JSON_REPLY);
  const told = await tell(t, "/v1/responses/compact", {
    body: { model: "gemini-2.5-flash", instructions: "x", input: [said("long work")] },
  });
  assert.equal(told.status, 200, told.text);
  assert.equal(told.json["object"], "response.compaction");
  const output = list(told.json["output"]);
  assert.deepEqual(output.map(({ type }) => type), ["compaction"]);
  assert.ok(Number(at(told.json, "usage.total_tokens")) > 0);
  const next = await askedUp(t, "responses", { input: [...output, said("go on")] });
  assert.match(texts(next.up), /THE SUMMARY/);
});

Deno.test("Codex: a search for tools is a function, its call is an item of its own, and what it finds is declared", async () => {
  await using t = await proxyUnderTest();
  const search = {
    type: "tool_search",
    execution: "client",
    description: "find tools",
    parameters: { type: "object", properties: { query: { type: "string" }, limit: { type: "number" } } },
  };
  t.simulator.control.replay(
    replyOf([{ functionCall: { name: "tool_search", args: { query: "calendar" } } }]),
    JSON_REPLY,
  );
  const told = await ask(t, "responses", { more: { tools: [search], input: [said("plan")] } });
  assert.deepEqual(declared(lastUp(t)), ["tool_search"]);
  const [call] = itemsOf(told);
  assert.equal(call?.["type"], "tool_search_call");
  assert.equal(call?.["execution"], "client");
  assert.deepEqual(call?.["arguments"], { query: "calendar" });
  const found = {
    type: "tool_search_output",
    call_id: call?.["call_id"],
    execution: "client",
    status: "completed",
    tools: [{
      type: "namespace",
      name: "mcp__cal",
      description: "d",
      tools: [{
        type: "function",
        name: "create",
        parameters: { type: "object", properties: { at: { type: "string" } } },
      }],
    }],
  };
  t.simulator.control.replay(
    replyOf([{ functionCall: { name: "mcp__cal__create", args: { at: "noon" } } }]),
    JSON_REPLY,
  );
  const next = await ask(t, "responses", { more: { tools: [search], input: [said("plan"), call!, found] } });
  assert.equal(next.status, 200, next.text);
  assert.deepEqual(declared(lastUp(t)), ["tool_search", "mcp__cal__create"]);
  assert.deepEqual(at(lastUp(t), "contents.2.parts.0.functionResponse.response"), {
    tools: ["mcp__cal__create"],
  });
  assert.deepEqual(itemsOf(next).map(({ type, name, namespace }) => [type, name, namespace]), [
    ["function_call", "create", "mcp__cal"],
  ]);
});

const OWN: readonly (readonly [type: string, args: Json, field: string, value: Json])[] = [
  ["shell", { commands: ["ls", "pwd"] }, "action", {
    commands: ["ls", "pwd"],
    timeout_ms: null,
    max_output_length: null,
  }],
  ["local_shell", { command: ["ls"] }, "action", { type: "exec", command: ["ls"], env: {} }],
  ["apply_patch", { type: "update_file", path: "a.ts", diff: "@@" }, "operation", {
    type: "update_file",
    path: "a.ts",
    diff: "@@",
  }],
];
for (const [type, args, field, value] of OWN) {
  Deno.test(`responses: the tool ${type} is mapped both ways`, async () => {
    await using t = await proxyUnderTest();
    t.simulator.control.replay(replyOf([{ functionCall: { name: type, args } }]), JSON_REPLY);
    const told = await ask(t, "responses", { more: { tools: [{ type }], input: [said("go")] } });
    assert.deepEqual(declared(lastUp(t)), [type]);
    const [call] = itemsOf(told);
    assert.equal(call?.["type"], `${type}_call`);
    assert.deepEqual(call?.[field], value);
    const output = type === "shell"
      ? [{ stdout: "OUT", stderr: "", outcome: { type: "exit", exit_code: 0 } }]
      : "OUT";
    const next = await askedUp(t, "responses", {
      tools: [{ type }],
      input: [said("go"), call!, {
        type: `${type}_call_output`,
        call_id: call?.["call_id"],
        output,
        status: "completed",
      }],
    });
    assert.equal(at(next.up, "contents.1.parts.0.functionCall.name"), type);
    assert.match(JSON.stringify(at(next.up, "contents.2.parts.0.functionResponse.response")), /OUT/);
  });
}

Deno.test("responses: a shell's output without its call is text, never a refusal", async () => {
  await using t = await proxyUnderTest();
  const { up } = await askedUp(t, "responses", {
    input: [said("go"), {
      type: "shell_call_output",
      call_id: "p1",
      output: [{ stdout: "OUT", stderr: "ERR", outcome: { type: "exit", exit_code: 1 } }],
    }],
  });
  assert.match(texts(up), /OUT.*ERR.*exit code 1/);
});

Deno.test("responses: the reply repeats tools and format with what OpenAI's schema wants of them", async () => {
  await using t = await proxyUnderTest();
  const schema = { type: "object", properties: {} };
  const told = await ask(t, "responses", {
    more: {
      model: "gemini-3-flash-preview",
      tools: [{ type: "function", name: "f" }],
      text: { format: { type: "json_schema", name: "x", schema } },
    },
  });
  assert.deepEqual(told.json["tools"], [
    { description: null, parameters: null, strict: null, type: "function", name: "f" },
  ]);
  assert.deepEqual(at(told.json, "text.format"), {
    description: null,
    strict: false,
    type: "json_schema",
    name: "x",
    schema,
  });
});

const user = (content: unknown) => ({ role: "user", content });
const addition = (name: string) => ({
  type: "tool_addition",
  tool: { type: "tool_definition", definition: { name, input_schema: { type: "object" } } },
});

Deno.test("Claude Code: tools that the conversation adds are declared, those it withdraws are not", async () => {
  await using t = await proxyUnderTest();
  const tools = [{ name: "Read", input_schema: { type: "object" } }, {
    name: "Bash",
    input_schema: { type: "object" },
  }];
  const messages = [
    user("hi"),
    { role: "system", content: [addition("mcp__x__y")] },
    { role: "assistant", content: "ok" },
    { role: "system", content: [{ type: "tool_removal", tool: { type: "tool_reference", name: "Bash" } }] },
    user("go"),
  ];
  const { up } = await askedUp(t, "messages", { tools, messages });
  assert.deepEqual(declared(up), ["Read", "mcp__x__y"]);
  const back = await askedUp(t, "messages", {
    tools,
    messages: [...messages, {
      role: "system",
      content: [{ type: "tool_addition", tool: { type: "tool_reference", name: "Bash" } }],
    }, user("x")],
  });
  assert.deepEqual(declared(back.up), ["Read", "mcp__x__y", "Bash"]);
});

Deno.test("Claude Code: a system message without content may change the effort, unknown thinking is adaptive", async () => {
  await using t = await proxyUnderTest();
  const { told, up } = await askedUp(t, "messages", {
    max_tokens: 60_000,
    thinking: { type: "between_tools" },
    messages: [user("hi"), { role: "assistant", content: "ok" }, {
      role: "system",
      output_config: { effort: "low" },
    }, user("go")],
  });
  assert.equal(at(up, "generationConfig.thinkingConfig.thinkingBudget"), 1_024);
  assert.equal(warningsOf(told), "");
  const next = await askedUp(t, "messages", { max_tokens: 60_000, thinking: { type: "sideways" } });
  assert.match(warningsOf(next.told), /thinking\.type "sideways"/);
});

Deno.test("Claude Code: a compaction's summary stands for what was before", async () => {
  await using t = await proxyUnderTest();
  const { up } = await askedUp(t, "messages", {
    messages: [
      user("old"),
      {
        role: "assistant",
        content: [{ type: "compaction", content: "SUMMARY" }, { type: "text", text: "on" }],
      },
      user("new"),
    ],
  });
  assert.match(texts(up), /SUMMARY/);
  assert.ok(!texts(up).includes('"old"'));
});

Deno.test("Claude Code: results of MCP, code and fetched pages in the history are kept", async () => {
  await using t = await proxyUnderTest();
  const { up } = await askedUp(t, "messages", {
    messages: [
      user("go"),
      {
        role: "assistant",
        content: [
          { type: "mcp_tool_use", id: "m1", name: "find", server_name: "s", input: { q: "x" } },
          {
            type: "mcp_tool_result",
            tool_use_id: "m1",
            is_error: false,
            content: [{ type: "text", text: "FOUND" }],
          },
          { type: "server_tool_use", id: "s1", name: "code_execution", input: { code: "print(1)" } },
          {
            type: "code_execution_tool_result",
            tool_use_id: "s1",
            content: {
              type: "code_execution_result",
              stdout: "1\n",
              stderr: "",
              return_code: 0,
              content: [],
            },
          },
          {
            type: "web_fetch_tool_result",
            tool_use_id: "s2",
            content: {
              type: "web_fetch_result",
              url: "https://a.example",
              content: { type: "document", source: { type: "text", media_type: "text/plain", data: "PAGE" } },
            },
          },
        ],
      },
      user("next"),
    ],
  });
  const sent = JSON.stringify(up["contents"]);
  for (const word of ["FOUND", "PAGE", "print(1)", "OUTCOME_OK", '"name":"find"']) {
    assert.ok(sent.includes(word), word);
  }
});

Deno.test("Claude Code: safeguards are answered with a warning that says what to set", async () => {
  await using t = await proxyUnderTest();
  const { told } = await askedUp(t, "messages", { safeguards: [{ type: "dangerous_tool_use" }] });
  assert.match(warningsOf(told), /CLAUDE_CODE_AUTO_MODE_SERVER=0/);
});

Deno.test("Anthropic SDK: a thread sends each turn alone, and the model is told the whole conversation", async () => {
  await using t = await proxyUnderTest();
  const client = new Anthropic({ baseURL: t.url, apiKey: "geminitro", maxRetries: 0 });
  const thread = client.beta.messages.thread({
    model: "gemini-2.5-flash",
    max_tokens: 1_024,
    system: "be brief",
  });
  await thread.send({ role: "user", content: "one" });
  const second = await thread.send({ role: "user", content: "two" });
  assert.ok(second.content.length > 0);
  const up = lastUp(t);
  assert.match(texts(up), /one.*You said: one.*two/);
  assert.equal(at(up, "systemInstruction.parts.0.text"), "be brief");
});

Deno.test("messages: a thread that is not held is thread_not_found, after which SDKs send the history", async () => {
  await using t = await proxyUnderTest();
  const told = await ask(t, "messages", {
    more: { thread: { type: "continue", previous_message_id: "msg_gone" }, messages: [user("two")] },
  });
  assert.equal(told.status, 404);
  assert.equal(at(told.json, "error.details.error_code"), "thread_not_found");
  assert.equal(generateCalls(t).length, 0);
});

Deno.test("messages: a thread is its maker's alone, and deleted as stored responses are", async () => {
  await using t = await proxyUnderTest();
  const tokens = await Promise.all(["a", "b"].map(async (name) => {
    const made = await t.proxy.services.admin.addClient({ name });
    assert.ok(made.ok);
    return { authorization: `Bearer ${made.value.token}` };
  }));
  const send = (headers: Record<string, string>, thread: Json, text: string) =>
    tell(t, "/v1/messages", {
      headers,
      body: { model: "gemini-2.5-flash", max_tokens: 1_024, thread, messages: [user(text)] },
    });
  const first = await send(tokens[0]!, { type: "create" }, "one");
  assert.equal(first.status, 200, first.text);
  const thread = { type: "continue", previous_message_id: first.json["id"] };
  assert.equal((await send(tokens[1]!, thread, "two")).status, 404);
  assert.equal((await send(tokens[0]!, thread, "two")).status, 200);
  const path = `/v1/responses/${first.json["id"]}`;
  assert.equal((await tell(t, path, { method: "DELETE", headers: tokens[0]! })).status, 200);
  assert.equal((await send(tokens[0]!, thread, "three")).status, 404);
});
