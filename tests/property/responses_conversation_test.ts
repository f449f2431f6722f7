import fc from "fast-check";
import assert from "node:assert/strict";
import { openaiResponses } from "../../src/dialects/mod.ts";
import { encodeCarrier, encodeIdCarrier } from "../../src/gemini/mod.ts";
import { SignatureBook } from "../../src/sim/signatures.ts";
import { deepFreeze } from "../support/chat_fixture.ts";
import { assertAllServed, CONVERSATION_MODELS } from "../support/conversation_laws.ts";
import { decodeInput } from "../support/dialect_calls.ts";

const BOOK = new SignatureBook("test");
const callId = fc.constantFrom("c1", "c2", "c3", "c4");
const name = fc.constantFrom("read", "mcp.server/tool name", "工具", "n".repeat(90), "9x");
const words = fc.oneof(
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.constantFrom("", "\ud83d", '{"a":1}', "[1]", "{bad"),
);
const part = fc.oneof(
  fc.record({ type: fc.constantFrom("input_text", "output_text"), text: words }),
  fc.constant({ type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=" }),
  fc.constant({ type: "input_image", image_url: "https://a.example/x.png" }),
);
const content = fc.oneof(words, fc.array(part, { maxLength: 3 }));
const carrier = fc.constantFrom(encodeCarrier(BOOK.issue()), encodeCarrier(undefined), "gAAAAx", undefined);
const itemId = fc.constantFrom(undefined, "fc_x", `fc_abc_0-${encodeIdCarrier(BOOK.issue())}`);
const item = fc.oneof(
  fc.record({ role: fc.constantFrom("user", "assistant", "developer", "system"), content }),
  fc.record({ type: fc.constant("message"), role: fc.constantFrom("user", "assistant"), content }),
  fc.record({ type: fc.constant("reasoning"), summary: fc.constant([]), encrypted_content: carrier }),
  fc.record({ type: fc.constant("function_call"), id: itemId, call_id: callId, name, arguments: words }),
  fc.record({ type: fc.constant("custom_tool_call"), call_id: callId, name, input: words }),
  fc.record({
    type: fc.constantFrom("function_call_output", "custom_tool_call_output"),
    call_id: callId,
    output: content,
  }),
  fc.record({
    type: fc.constant("local_shell_call"),
    call_id: callId,
    action: fc.constant({ command: ["ls"] }),
  }),
  fc.record({ type: fc.constantFrom("web_search_call", "compaction", "mcp_list_tools", "future") }),
  fc.constant({ type: "mcp_call", id: "m1", name: "find", arguments: "{}", output: "x" }),
);
const tool = fc.oneof(
  fc.record({
    type: fc.constant("function"),
    name,
    parameters: fc.constantFrom(null, { type: "object", properties: { q: { type: "string" } } }),
  }),
  fc.record({ type: fc.constant("custom"), name }),
  fc.record({
    type: fc.constant("namespace"),
    name: fc.constant("ns"),
    tools: fc.constant([{ type: "function", name: "child" }]),
  }),
  fc.constantFrom({ type: "web_search" }, { type: "code_interpreter" }, { type: "tool_search" }),
);
const body = fc.record({
  model: fc.constantFrom(...CONVERSATION_MODELS),
  input: fc.oneof(words, fc.array(item, { maxLength: 12 })),
  instructions: fc.oneof(words, fc.constant(null)),
  tools: fc.array(tool, { maxLength: 3 }),
  reasoning: fc.constantFrom(undefined, { effort: "none" }, { effort: "xhigh", summary: "auto" }, {
    summary: "auto",
  }),
  max_output_tokens: fc.constantFrom(undefined, 16, 200_000),
}, { requiredKeys: ["model", "input"] }).map(deepFreeze);

Deno.test("property: 10,000 random inputs decode to requests that Google serves, unchanged themselves", () => {
  assertAllServed(openaiResponses, body, BOOK);
});

Deno.test("property: any JSON at all as a responses body is decoded or refused with a field, and never throws", () => {
  const field = fc.constantFrom(
    "input",
    "instructions",
    "tools",
    "tool_choice",
    "reasoning",
    "text",
    "include",
    "store",
    "previous_response_id",
    "metadata",
    "service_tier",
  );
  const types = fc.constantFrom(
    "message",
    "reasoning",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "mcp_call",
    "item_reference",
    "local_shell_call",
    "image_generation_call",
    "additional_tools",
    5,
    undefined,
  );
  const near = fc.array(
    fc.record({
      type: types,
      role: fc.constantFrom("user", 5, undefined),
      content: fc.jsonValue(),
      output: fc.jsonValue(),
      tools: fc.jsonValue(),
      id: fc.constantFrom("a", 5),
    }),
  );
  fc.assert(
    fc.property(field, fc.jsonValue(), near, (key, value, input) => {
      const given = { model: "m", input, [key]: value };
      const result = openaiResponses.decodeRequest(given, decodeInput());
      openaiResponses.references?.(given);
      if (!result.ok) assert.ok(result.error.param);
    }),
    { numRuns: 3_000, seed: 7 },
  );
});
