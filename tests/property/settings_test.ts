/** Random settings, tools and formats of each dialect come to requests that the simulator accepts by Google's own rules. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { deepFreeze } from "../support/chat_fixture.ts";
import { decodeInput } from "../support/dialect_calls.ts";
import { EVERY_DIALECT } from "../support/every_dialect.ts";
import { assertServed } from "../support/google_verdict.ts";

const MODELS = [
  "gemini-2.0-flash",
  "gemini-2.5-flash",
  "gemini-2.5-flash-lite",
  "gemini-2.5-pro",
  "gemini-3-flash-preview",
  "gemini-3.1-pro-preview",
  "gemini-3.6-flash",
  "gemini-flash-latest",
  "gemma-3-27b-it",
];
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });
const word = fc.constantFrom("none", "minimal", "low", "medium", "high", "xhigh");

/** Schemas with every keyword that agents send. */
const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(
      { type: "string", format: "date-time", pattern: "^a", minLength: 1 },
      { type: ["string", "null"] },
      { type: "integer", exclusiveMinimum: 0, maximum: 9 },
      { enum: [1, 2, "x", null] },
      { const: 5 },
      { $ref: "#/$defs/tree" },
      { $ref: "#/$defs/nowhere" },
      {},
      true,
    ),
    fc.record({ type: fc.constant("array"), items: tie("schema"), maxItems: fc.constantFrom(5, 500) }),
    fc.record({
      type: fc.constant("object"),
      properties: fc.dictionary(fc.constantFrom("a", "b", "$ref", "type", "pattern"), tie("schema"), {
        maxKeys: 3,
      }),
      additionalProperties: fc.oneof(fc.boolean(), tie("schema")),
      required: fc.constantFrom([], ["a"], ["gone"]),
    }, { requiredKeys: ["type"] }),
    fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) }),
    fc.record({
      oneOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
      description: fc.constant("d"),
    }),
    fc.record({ allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) }),
  ),
}));
const root = fc.dictionary(fc.constantFrom("x", "y", "title"), schema, { maxKeys: 3 }).map((properties) => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  properties,
  $defs: { tree: { type: "object", properties: { child: { $ref: "#/$defs/tree" } } } },
}));
const schemas = fc.array(root, { maxLength: 2 });
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const stops = fc.array(fc.string({ maxLength: 3 }), { maxLength: 8 });

const chatSettings = fc.record({
  temperature: maybe(number(0, 2)),
  top_p: maybe(number(0, 1)),
  top_k: maybe(fc.nat(99)),
  n: maybe(fc.integer({ min: 1, max: 8 })),
  seed: maybe(fc.maxSafeInteger()),
  stop: maybe(fc.oneof(stops, fc.string({ maxLength: 3 }))),
  max_tokens: maybe(fc.integer({ min: 1, max: 300_000 })),
  presence_penalty: maybe(number(-2, 2)),
  frequency_penalty: maybe(number(-2, 2)),
  logprobs: maybe(fc.boolean()),
  top_logprobs: maybe(fc.nat(20)),
  reasoning_effort: maybe(word),
  tool_choice: maybe(fc.constantFrom("auto", "none", "required", "validated")),
  parallel_tool_calls: maybe(fc.boolean()),
  web_search_options: maybe(fc.constant({})),
  response_format: maybe(fc.oneof(
    fc.constantFrom({ type: "text" }, { type: "json_object" }),
    root.map((schema) => ({ type: "json_schema", json_schema: { name: "r", strict: true, schema } })),
  )),
  extra_body: maybe(fc.constantFrom(
    { google: { thinking_config: { thinking_budget: 0 } } },
    { google: { thinking_config: { thinking_level: "low", thinking_budget: 5, include_thoughts: true } } },
    { google: { safety_settings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }] } },
  )),
  service_tier: maybe(fc.constantFrom("auto", "default", "flex", "priority")),
  logit_bias: maybe(fc.constant({ 5: 1 })),
  foo: maybe(fc.jsonValue()),
});
const messagesSettings = fc.record({
  max_tokens: fc.nat(300_000),
  temperature: maybe(number(0, 1)),
  top_p: maybe(number(0, 1)),
  top_k: maybe(fc.nat(99)),
  stop_sequences: maybe(stops),
  thinking: maybe(fc.oneof(
    fc.constantFrom({ type: "adaptive" }, { type: "adaptive", display: "omitted" }, { type: "disabled" }),
    fc.integer({ min: 1, max: 100_000 }).map((budget_tokens) => ({ type: "enabled", budget_tokens })),
  )),
  output_config: maybe(fc.oneof(
    word.map((effort) => ({ effort })),
    root.map((schema) => ({ format: { type: "json_schema", schema } })),
  )),
  tool_choice: maybe(fc.constantFrom({ type: "auto", disable_parallel_tool_use: true }, { type: "any" }, {
    type: "none",
  })),
  context_management: maybe(fc.constant({ edits: [] })),
  metadata: maybe(fc.constant({ user_id: "u" })),
  foo: maybe(fc.jsonValue()),
});
const responsesSettings = fc.record({
  max_output_tokens: maybe(fc.integer({ min: 1, max: 300_000 })),
  temperature: maybe(number(0, 2)),
  top_p: maybe(number(0, 1)),
  top_logprobs: maybe(fc.nat(20)),
  include: maybe(fc.constantFrom(["message.output_text.logprobs"], ["reasoning.encrypted_content"])),
  reasoning: maybe(fc.record({ effort: maybe(word), summary: maybe(fc.constantFrom("auto", "none", null)) })),
  tool_choice: maybe(fc.constantFrom("auto", "none", "required", "validated")),
  parallel_tool_calls: maybe(fc.boolean()),
  text: maybe(fc.oneof(
    fc.constantFrom({ verbosity: "low" }, { format: { type: "json_object" } }),
    root.map((schema) => ({ format: { type: "json_schema", name: "r", schema } })),
  )),
  truncation: maybe(fc.constant("auto")),
  service_tier: maybe(fc.constantFrom("auto", "flex")),
  foo: maybe(fc.jsonValue()),
});
const SETTINGS = { chat: chatSettings, messages: messagesSettings, responses: responsesSettings };
const HOSTED = {
  chat: [{ type: "web_search" }],
  messages: [{ type: "web_search_20250305", name: "web_search" }],
  responses: [{ type: "web_search" }],
};

for (const under of EVERY_DIALECT) {
  Deno.test(`property: 10,000 random settings of ${under.name} come to requests that Google serves, unchanged themselves`, () => {
    const body = fc.record({
      model: fc.constantFrom(...MODELS),
      settings: SETTINGS[under.name] as fc.Arbitrary<Record<string, unknown>>,
      schemas,
      hosted: fc.boolean(),
    }).map(({ model, settings, schemas, hosted }) => {
      const { tools } = under.tools(...schemas) as { tools: unknown[] };
      const offered = hosted ? [...tools, ...HOSTED[under.name]] : tools;
      return deepFreeze({ ...under.body("hi", settings), model, tools: offered });
    });
    fc.assert(
      fc.property(body, (frozen) => {
        const decoded = under.dialect.decodeRequest(frozen, decodeInput({ model: frozen.model }));
        assert.ok(decoded.ok, JSON.stringify(decoded));
        assertServed(decoded.value.request, frozen.model);
      }),
      { numRuns: 10_000, seed: 7 },
    );
  });
}
