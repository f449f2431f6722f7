import assert from "node:assert/strict";
import fc from "fast-check";
import { capabilitiesOf } from "../../src/gemini/mod.ts";
import { openaiChat } from "../../src/dialects/mod.ts";
import { decodeInput, deepFreeze } from "../support/chat_fixture.ts";
import { SignatureBook } from "../../src/sim/signatures.ts";
import { assertAccepted } from "../support/gemini_rules.ts";
import { assertServed } from "../support/google_verdict.ts";

const BOOK = new SignatureBook("test");
const GENUINE = BOOK.issue();

const id = fc.constantFrom("c1", "c2", "c3", "c4", "");
const toolName = fc.constantFrom("read", "mcp.server/tool name", "工具", "n".repeat(90), "9x");
const words = fc.oneof(
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.constantFrom("", "\ud83d", '{"a":1}', "[1]", "{bad"),
);
const part = fc.oneof(
  fc.record({ type: fc.constant("text"), text: words }),
  fc.constant({ type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } }),
  fc.constant({ type: "image_url", image_url: { url: "https://a.example/x.png" } }),
);
const content = fc.oneof(words, fc.array(part, { maxLength: 3 }));
const call = fc.record({
  id,
  type: fc.constant("function"),
  function: fc.record({ name: toolName, arguments: words }),
  extra_content: fc.option(
    fc.record({ google: fc.record({ thought_signature: fc.constantFrom(GENUINE, "", 5, "gAAAAx") }) }),
    { nil: undefined },
  ),
});
const message = fc.oneof(
  fc.record({ role: fc.constantFrom("system", "developer"), content: words }),
  fc.record({ role: fc.constant("user"), content }),
  fc.record({
    role: fc.constant("assistant"),
    content: fc.oneof(words, fc.constant(null)),
    tool_calls: fc.option(fc.array(call, { maxLength: 3 }), { nil: undefined }),
  }),
  fc.record({ role: fc.constant("tool"), tool_call_id: id, content }),
  fc.record({
    role: fc.constant("assistant"),
    content: fc.constant(null),
    function_call: fc.record({ name: toolName, arguments: words }),
  }),
  fc.record({ role: fc.constant("function"), name: toolName, content: words }),
);
const tools = fc.array(
  fc.record({ type: fc.constant("function"), function: fc.record({ name: toolName }) }),
  { maxLength: 3 },
);
const body = fc.record({
  model: fc.constantFrom(
    "gemini-2.5-flash",
    "gemini-3.1-pro-preview",
    "gemini-flash-latest",
    "gemma-3-27b-it",
    "gemini-2.0-flash",
  ),
  messages: fc.array(message, { minLength: 1, maxLength: 10 }),
  tools,
}, { requiredKeys: ["model", "messages"] }).map(deepFreeze);

Deno.test("property: 10,000 random conversations decode to requests that Google's rules accept, unchanged themselves", () => {
  fc.assert(
    fc.property(body, (frozen) => {
      const decoded = openaiChat.decodeRequest(frozen, decodeInput(frozen.model));
      assert.ok(decoded.ok, JSON.stringify(decoded));
      assertAccepted(decoded.value.request, capabilitiesOf(frozen.model).needsSignatures);
      assertServed(decoded.value.request, frozen.model, BOOK);
    }),
    { numRuns: 10_000, seed: 7 },
  );
});

Deno.test("property: any JSON at all is decoded or refused with a field, and never throws", () => {
  const field = fc.constantFrom(
    "messages",
    "tools",
    "tool_choice",
    "stop",
    "n",
    "response_format",
    "extra_body",
    "reasoning",
    "stream_options",
    "modalities",
    "audio",
    "functions",
    "function_call",
    "thinking",
    "web_search_options",
  );
  fc.assert(
    fc.property(fc.dictionary(field, fc.jsonValue({ maxDepth: 4 })), (fields) => {
      const frozen = deepFreeze({
        messages: [{ role: "user", content: "x" }],
        ...fields,
        model: "gemini-2.5-flash",
      });
      const decoded = openaiChat.decodeRequest(frozen, decodeInput("gemini-2.5-flash"));
      if (!decoded.ok) assert.equal(typeof decoded.error.param, "string");
    }),
    { numRuns: 3_000, seed: 8 },
  );
});
