/** Requests as coding agents really send them, shortened, and what of each must have reached Google. */
import assert from "node:assert/strict";
import { at, type Json, list } from "../e2e/calls.ts";

const user = (content: unknown) => ({ role: "user", content });
const schema = (more: Json = {}) => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  properties: {
    path: { type: "string", minLength: 1, pattern: "^[^\\0]*$" },
    limit: { type: "integer", exclusiveMinimum: 0, maximum: 9_007_199_254_740_991 },
    mode: { anyOf: [{ enum: ["a", "b"] }, { type: "null" }], default: "a" },
    env: { type: "object", propertyNames: { type: "string" }, additionalProperties: { type: "string" } },
    either: { oneOf: [{ type: "string" }, { type: "array", items: { type: "string" }, maxItems: 3 }] },
  },
  required: ["path"],
  additionalProperties: false,
  ...more,
});
const chatTools = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    type: "function",
    function: { name: `tool_${index}`, description: "Does it.", parameters: schema() },
  }));
const chatLoop = (id: string, content: unknown, more: Json = {}) => [
  {
    role: "assistant",
    tool_calls: [{ id, type: "function", function: { name: "tool_0", arguments: "{}" } }],
    ...more,
  },
  { role: "tool", tool_call_id: id, content },
];
const chatFields = { stream: true, stream_options: { include_usage: true }, model: "gemini-3.6-flash" };

export interface Sent {
  readonly agent: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body: Json;
  /** What must have reached Google. */
  check(sent: Json): void;
}

export const AGENTS: readonly Sent[] = [
  {
    agent: "Copilot CLI",
    path: "/v1/chat/completions",
    body: {
      ...chatFields,
      tool_choice: "validated",
      reasoning_effort: "medium",
      max_tokens: 65_536,
      tools: chatTools(3),
      messages: [
        { role: "system", content: "s" },
        user("go"),
        ...chatLoop("call_1", "ok", { content: null, refusal: null }),
      ],
    },
    check: (sent) => assert.equal(at(sent, "toolConfig.functionCallingConfig.mode"), "VALIDATED"),
  },
  {
    agent: "Droid",
    path: "/v1/chat/completions",
    body: {
      ...chatFields,
      reasoning_effort: "high",
      temperature: 1,
      max_tokens: 65_536,
      tools: chatTools(2),
      messages: [
        { role: "system", content: "s" },
        user("one"),
        user("two"),
        ...chatLoop("call_tc-17_0", "ok"),
      ],
    },
    check: (sent) => assert.deepEqual(at(sent, "contents.0.parts"), [{ text: "one" }, { text: "two" }]),
  },
  {
    agent: "Kimi CLI",
    path: "/v1/chat/completions",
    body: {
      ...chatFields,
      max_tokens: 131_072,
      tools: chatTools(4),
      messages: [{ role: "system", content: "s" }, user("a"), user("b"), user("c")],
    },
    check: (sent) => {
      assert.equal(at(sent, "generationConfig.maxOutputTokens"), 65_536);
      assert.equal(list(at(sent, "contents.0.parts")).length, 3);
    },
  },
  {
    agent: "OpenCode",
    path: "/v1/chat/completions",
    body: {
      ...chatFields,
      max_tokens: 32_000,
      top_p: 0.95,
      tools: chatTools(10),
      messages: [{ role: "system", content: "s" }, user("go"), ...chatLoop("call_1", "ok", { content: "" })],
    },
    check: (sent) => {
      assert.equal(at(sent, "generationConfig.topP"), 0.95);
      assert.equal(list(at(sent, "contents.1.parts")).length, 1, "an empty text was sent");
    },
  },
  {
    agent: "Qwen Code",
    path: "/v1/chat/completions",
    body: {
      ...chatFields,
      tools: chatTools(5),
      messages: [
        user("go"),
        ...chatLoop("call_1", [{ type: "text", text: "x" }, { type: "text", text: "y" }]),
      ],
    },
    check: (sent) => assert.equal(at(sent, "contents.2.parts.0.functionResponse.response.output"), "x\ny"),
  },
  {
    agent: "Pi",
    path: "/v1/chat/completions",
    body: {
      ...chatFields,
      store: false,
      max_completion_tokens: 9_000,
      reasoning_effort: "low",
      messages: [{ role: "developer", content: "rules" }, user("go")],
    },
    check: (sent) => {
      assert.equal(at(sent, "systemInstruction.parts.0.text"), "rules");
      assert.equal(at(sent, "generationConfig.maxOutputTokens"), 9_000);
    },
  },
  {
    agent: "Cline",
    path: "/v1/chat/completions",
    body: {
      ...chatFields,
      temperature: 0,
      tools: chatTools(25),
      messages: [user([{ type: "text", text: "go" }])],
    },
    check: (sent) => assert.equal(list(at(sent, "tools.0.functionDeclarations")).length, 25),
  },
  {
    agent: "Claude Code",
    path: "/v1/messages?beta=true",
    headers: { "anthropic-version": "2023-06-01", "anthropic-beta": "interleaved-thinking-2025-05-14" },
    body: {
      model: "gemini-2.5-flash",
      stream: true,
      max_tokens: 32_000,
      system: [
        { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.330; cch=1" },
        { type: "text", text: "You are an agent.", cache_control: { type: "ephemeral" } },
      ],
      thinking: { type: "adaptive", display: "omitted" },
      output_config: { effort: "high" },
      context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
      metadata: { user_id: "user_1_account__session_0b5f2c1e-aaaa" },
      tools: [{ name: "Read", description: "Reads.", input_schema: schema(), defer_loading: true }],
      messages: [
        user([{ type: "text", text: "go", cache_control: { type: "ephemeral" } }]),
        {
          role: "system",
          content: [{ type: "text", text: "mind the date", cache_control: { type: "ephemeral" } }],
        },
        {
          role: "assistant",
          content: [{ type: "tool_use", id: "toolu_1", name: "Read", input: { path: "a" } }],
        },
        user([{
          type: "tool_result",
          tool_use_id: "toolu_1",
          content: "text",
          is_error: false,
          cache_control: { type: "ephemeral" },
        }]),
      ],
    },
    check: (sent) => {
      assert.ok(!JSON.stringify(sent).includes("billing-header"));
      assert.match(JSON.stringify(at(sent, "contents.0")), /mind the date/);
      assert.equal(at(sent, "contents.1.parts.0.functionCall.name"), "Read");
      assert.equal(at(sent, "generationConfig.thinkingConfig.includeThoughts"), false);
    },
  },
  {
    agent: "Codex",
    path: "/v1/responses",
    headers: { originator: "codex_exec", "user-agent": "codex_exec/0.169.0" },
    body: {
      model: "gemini-2.5-flash",
      stream: true,
      store: false,
      reasoning: { summary: "auto" },
      include: ["reasoning.encrypted_content"],
      parallel_tool_calls: true,
      prompt_cache_key: "019a-session",
      client_metadata: { x: "y" },
      text: { verbosity: "low" },
      tool_choice: "auto",
      tools: [
        { type: "function", name: "shell", description: "Runs.", strict: false, parameters: schema() },
        {
          type: "namespace",
          name: "multi_agent_v1",
          description: "Agents.",
          tools: [{
            type: "function",
            name: "spawn",
            strict: false,
            parameters: { type: "object", properties: {} },
          }],
        },
        { type: "web_search", external_web_access: true },
      ],
      input: [
        { type: "message", id: "msg_1", role: "developer", content: [{ type: "input_text", text: "rules" }] },
        {
          type: "message",
          id: "msg_2",
          role: "developer",
          content: [{ type: "input_text", text: "more rules" }],
        },
        { type: "message", id: "msg_3", role: "user", content: [{ type: "input_text", text: "where" }] },
        { type: "message", id: "msg_4", role: "user", content: [{ type: "input_text", text: "go" }] },
        {
          type: "function_call",
          id: "fc_1",
          status: "completed",
          call_id: "c1",
          name: "shell",
          arguments: '{"path":"a"}',
        },
        { type: "function_call_output", call_id: "c1", output: "ok" },
      ],
    },
    check: (sent) => {
      assert.deepEqual(list(at(sent, "systemInstruction.parts")).map(({ text }) => text), [
        "rules",
        "more rules",
      ]);
      assert.deepEqual(list(at(sent, "tools.0.functionDeclarations")).map(({ name }) => name), [
        "shell",
        "multi_agent_v1__spawn",
      ]);
      assert.equal(list(sent["tools"]).length, 1, "a search was mixed with functions");
    },
  },
  {
    agent: "Gemini CLI",
    path: "/v1beta/models/gemini-3.6-flash:streamGenerateContent?alt=sse",
    headers: { authorization: "", "x-goog-api-key": "geminitro" },
    body: {
      contents: [
        { role: "user", parts: [{ text: "where" }, { text: "go" }] },
        {
          role: "model",
          parts: [{
            functionCall: { id: "f1", name: "read", args: {} },
            thoughtSignature: "skip_thought_signature_validator",
          }],
        },
        {
          role: "user",
          parts: [{ functionResponse: { id: "f1", name: "read", response: { output: "ok" } } }],
        },
      ],
      systemInstruction: { role: "user", parts: [{ text: "rules" }] },
      tools: [{ functionDeclarations: [{ name: "read", parametersJsonSchema: schema() }] }],
      generationConfig: {
        temperature: 1,
        topP: 0.95,
        topK: 64,
        thinkingConfig: { includeThoughts: true, thinkingBudget: 8_192 },
      },
    },
    check: (sent) => {
      assert.equal(at(sent, "contents.1.parts.0.functionCall.id"), "f1");
      assert.equal(at(sent, "generationConfig.topK"), 64);
    },
  },
];
