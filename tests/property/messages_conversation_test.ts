import fc from "fast-check";
import assert from "node:assert/strict";
import { anthropicMessages } from "../../src/dialects/mod.ts";
import { encodeCarrier } from "../../src/gemini/mod.ts";
import { SignatureBook } from "../../src/sim/signatures.ts";
import { deepFreeze } from "../support/chat_fixture.ts";
import { assertAllServed, CONVERSATION_MODELS } from "../support/conversation_laws.ts";
import { decodeInput } from "../support/dialect_calls.ts";

const BOOK = new SignatureBook("test");
const id = fc.constantFrom("t1", "t2", "t3", "t4");
const toolName = fc.constantFrom("read", "mcp.server/tool name", "工具", "n".repeat(90), "9x");
const words = fc.oneof(
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.constantFrom("", "\ud83d", '{"a":1}', "[1]", "{bad"),
);
const cache = fc.constantFrom(undefined, { type: "ephemeral" });
const textBlock = fc.record({ type: fc.constant("text"), text: words, cache_control: cache });
const image = fc.constantFrom(
  { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
  { type: "image", source: { type: "url", url: "https://a.example/x.png" } },
  { type: "document", title: "T", source: { type: "text", media_type: "text/plain", data: "words" } },
);
const toolResult = fc.record({
  type: fc.constant("tool_result"),
  tool_use_id: id,
  content: fc.oneof(words, fc.constant(null), fc.array(fc.oneof(textBlock, image), { maxLength: 2 })),
  is_error: fc.constantFrom(undefined, true, false),
});
const signature = fc.constantFrom(
  "EqkECkYIBxgCKkA8",
  encodeCarrier(BOOK.issue()),
  encodeCarrier(undefined),
  "",
);
const assistantBlock = fc.oneof(
  textBlock,
  fc.record({ type: fc.constant("thinking"), thinking: words, signature }),
  fc.record({ type: fc.constant("redacted_thinking"), data: signature }),
  fc.record({
    type: fc.constant("tool_use"),
    id,
    name: toolName,
    input: fc.constantFrom({}, { q: "é" }, { q: "\ud83d" }),
  }),
);
const message = fc.oneof(
  fc.record({
    role: fc.constant("user"),
    content: fc.oneof(words, fc.array(fc.oneof(textBlock, image, toolResult), { maxLength: 4 })),
  }),
  fc.record({
    role: fc.constant("assistant"),
    content: fc.oneof(words, fc.array(assistantBlock, { maxLength: 4 })),
  }),
  fc.record({ role: fc.constant("system"), content: fc.oneof(words, fc.array(textBlock, { maxLength: 2 })) }),
);
const body = fc.record({
  model: fc.constantFrom(...CONVERSATION_MODELS),
  max_tokens: fc.integer({ min: 1, max: 200_000 }),
  messages: fc.array(message, { minLength: 1, maxLength: 10 }),
  system: fc.oneof(words, fc.array(textBlock, { maxLength: 2 })),
  tools: fc.array(
    fc.record({
      name: toolName,
      input_schema: fc.constantFrom({ type: "object" }, {
        type: "object",
        properties: { q: { type: "string" } },
      }),
    }),
    {
      maxLength: 3,
    },
  ),
  thinking: fc.constantFrom(undefined, { type: "adaptive" }, { type: "disabled" }, {
    type: "enabled",
    budget_tokens: 3_000,
  }),
}, { requiredKeys: ["model", "max_tokens", "messages"] }).map(deepFreeze);

Deno.test("property: 10,000 random messages decode to requests that Google serves, unchanged themselves", () => {
  assertAllServed(anthropicMessages, body, BOOK);
});

Deno.test("property: any JSON at all as a message body is decoded or refused with a field, and never throws", () => {
  const field = fc.constantFrom(
    "messages",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "output_format",
    "stop_sequences",
    "metadata",
  );
  const block = fc.record({
    type: fc.constantFrom("text", "image", "document", "tool_result", "tool_use", "thinking", "x", 5),
    source: fc.jsonValue(),
    content: fc.jsonValue(),
    input: fc.jsonValue(),
  });
  const near = fc.array(
    fc.record({
      role: fc.constantFrom("user", "assistant", "system", 5),
      content: fc.oneof(fc.jsonValue(), fc.array(block)),
    }),
  );
  fc.assert(
    fc.property(field, fc.jsonValue(), near, (name, value, messages) => {
      const result = anthropicMessages.decodeRequest(
        { model: "m", max_tokens: 1, messages, [name]: value },
        decodeInput(),
      );
      if (!result.ok) assert.ok(result.error.param);
    }),
    { numRuns: 3_000, seed: 7 },
  );
});
