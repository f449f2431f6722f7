import assert from "node:assert/strict";
import type { JsonObject } from "../core/mod.ts";
import { ask, bench, messageOf } from "../../tests/support/sim_calls.ts";

const user = { role: "user", parts: [{ text: "go" }] };
const call = (name = "f"): JsonObject => ({ functionCall: { name, args: {} } });
const result = (name = "f"): JsonObject => ({ functionResponse: { name, response: { output: "1" } } });
const model = (...parts: JsonObject[]): JsonObject => ({ role: "model", parts });
const answer = (...parts: JsonObject[]): JsonObject => ({ role: "user", parts });
const tools = (declaration: JsonObject): JsonObject =>
  ask("x", { tools: [{ functionDeclarations: [declaration] }] });
const config = (generationConfig: JsonObject): JsonObject => ask("x", { generationConfig });
const parameters = (schema: JsonObject): JsonObject => tools({ name: "f", parameters: schema });

interface Refused {
  readonly what: string;
  readonly body: JsonObject;
  readonly message: RegExp;
  readonly model?: string;
}

const REFUSED: readonly Refused[] = [
  { what: "no contents", body: {}, message: /contents: contents is not specified/ },
  { what: "empty contents", body: { contents: [] }, message: /contents: contents is not specified/ },
  {
    what: "parts []",
    body: { contents: [user, { role: "user", parts: [] }] },
    message: /GenerateContentRequest\.contents\[1\]\.parts: contents\.parts must not be empty\./,
  },
  {
    what: "part {}",
    body: { contents: [{ role: "user", parts: [{}] }] },
    message: /contents\[0\]\.parts\[0\]\.data: required oneof field 'data' must have one initialized field/,
  },
  {
    what: "role assistant",
    body: { contents: [{ role: "assistant", parts: [{ text: "x" }] }] },
    message: /^Please use a valid role: user, model\.$/,
  },
  {
    what: "a call as the first turn",
    body: { contents: [model(call()), answer(result())] },
    message: /function call turn comes immediately after a user turn or after a function response turn/,
  },
  {
    what: "a call after a model turn",
    body: { contents: [user, model({ text: "hm" }), model(call()), answer(result())] },
    message: /function call turn comes immediately after/,
  },
  {
    what: "a response without a call",
    body: { contents: [user, answer(result())] },
    message: /function response turn comes immediately after a function call turn/,
  },
  {
    what: "fewer responses than calls",
    body: { contents: [user, model(call("a"), call("b")), answer(result("a"))] },
    message: /number of function response parts is equal to the number of function call parts/,
  },
  {
    what: "an unknown field at the top",
    body: ask("x", { foo: 1 }),
    message: /^Invalid JSON payload received\. Unknown name "foo": Cannot find field\.$/,
  },
  {
    what: "an unknown field in a part",
    body: { contents: [{ role: "user", parts: [{ text: "x", cache_control: {} }] }] },
    message: /Unknown name "cache_control" at 'contents\[0\]\.parts\[0\]': Cannot find field\./,
  },
  {
    what: "a string as system instruction",
    body: ask("x", { systemInstruction: "be nice" }),
    message:
      /Invalid value at 'system_instruction' \(type\.googleapis\.com\/google\.ai\.generativelanguage\.v1beta\.Content\)/,
  },
  {
    what: "a schema keyword that the schema does not know, deep",
    body: parameters({
      type: "OBJECT",
      properties: { a: { type: "NUMBER" }, b: { anyOf: [{ exclusiveMinimum: 1 }] } },
    }),
    message:
      /Unknown name "exclusiveMinimum" at 'tools\[0\]\.function_declarations\[0\]\.parameters\.properties\[1\]\.value\.any_of\[0\]'/,
  },
  {
    what: "a list of types",
    body: parameters({ type: "OBJECT", properties: { a: { type: ["string", "null"] } } }),
    message:
      /Unknown name "type" at '.*properties\[0\]\.value': Proto field is not repeating, cannot start list\./,
  },
  {
    what: "a number in an enum",
    body: parameters({ type: "OBJECT", properties: { a: { type: "STRING", enum: [2] } } }),
    message: /Invalid value at '.*properties\[0\]\.value\.enum\[0\]' \(TYPE_STRING\), 2/,
  },
  {
    what: "a required name that is no property",
    body: parameters({ type: "OBJECT", properties: {}, required: ["a"] }),
    message: /required\[0\]: property is not defined/,
  },
  {
    what: "an array that does not say of what",
    body: parameters({ type: "OBJECT", properties: { a: { type: "ARRAY" } } }),
    message: /properties\[a\]\.items: missing field/,
  },
  {
    what: "parameters twice",
    body: tools({ name: "f", parameters: { type: "OBJECT" }, parametersJsonSchema: { type: "object" } }),
    message: /only one of 'parameters' and 'parameters_json_schema'/,
  },
  {
    what: "a bad function name",
    body: tools({ name: "a b" }),
    message: /\[FIELD_INVALID\] Invalid function name\./,
  },
  {
    what: "two functions of one name",
    body: ask("x", { tools: [{ functionDeclarations: [{ name: "f" }, { name: "f" }] }] }),
    message: /Duplicate function declaration found: f/,
  },
  {
    what: "too many items in all",
    body: tools({ name: "f", parametersJsonSchema: { type: "array", maxItems: 961 } }),
    message: /^Request contains an invalid argument\.$/,
  },
  {
    what: "a calling mode without functions",
    body: ask("x", { toolConfig: { functionCallingConfig: { mode: "ANY" } } }),
    message: /^Function calling config is set without function_declarations\.$/,
  },
  {
    what: "allowed names in mode AUTO",
    body: {
      ...tools({ name: "f" }),
      toolConfig: { functionCallingConfig: { mode: "AUTO", allowedFunctionNames: ["f"] } },
    },
    message: /only when function calling mode is ANY or VALIDATED/,
  },
  {
    what: "JSON output with functions on 2.5",
    body: { ...tools({ name: "f" }), generationConfig: { responseMimeType: "application/json" } },
    message: /^Function calling with a response mime type: 'application\/json' is unsupported$/,
  },
  {
    what: "functions beside search",
    body: ask("x", { tools: [{ functionDeclarations: [{ name: "f" }] }, { googleSearch: {} }] }),
    message: /cannot be combined/,
  },
  {
    what: "thinking on 2.0",
    body: config({ thinkingConfig: { thinkingBudget: 100 } }),
    model: "gemini-2.0-flash",
    message: /[Tt]hinking is not supported/,
  },
  {
    what: "a thinking level on 2.5",
    body: config({ thinkingConfig: { thinkingLevel: "LOW" } }),
    message: /Thinking level is not supported for this model\./,
  },
  {
    what: "level and budget together",
    body: config({ thinkingConfig: { thinkingLevel: "LOW", thinkingBudget: 1024 } }),
    model: "gemini-3-flash-preview",
    message: /only one of thinking budget and thinking level/,
  },
  {
    what: "a budget out of range",
    body: config({ thinkingConfig: { thinkingBudget: 30_000 } }),
    message: /The thinking budget \(30000\) is invalid\./,
  },
  {
    what: "no thinking on 2.5 pro",
    body: config({ thinkingConfig: { thinkingBudget: 0 } }),
    model: "gemini-2.5-pro",
    message: /^Budget 0 is invalid\. This model only works in thinking mode\.$/,
  },
  {
    what: "two candidates on 3",
    body: config({ candidateCount: 2 }),
    model: "gemini-3-flash-preview",
    message: /^Multiple candidates is not enabled for this model$/,
  },
  {
    what: "a penalty",
    body: config({ presencePenalty: 0.5 }),
    message: /^Penalty is not enabled for models\/gemini-2\.5-flash$/,
  },
  {
    what: "logprobs",
    body: config({ responseLogprobs: true }),
    message: /^Logprobs is not enabled for models\/gemini-2\.5-flash$/,
  },
  {
    what: "six stop sequences",
    body: config({ stopSequences: ["a", "b", "c", "d", "e", "f"] }),
    message: /number of stop_sequences must not exceed 5/,
  },
  {
    what: "a seed beyond 32 bits",
    body: config({ seed: 4294967296 }),
    message: /Invalid value at 'generation_config\.seed' \(TYPE_INT32\), 4294967296/,
  },
  {
    what: "more output than the model has",
    body: config({ maxOutputTokens: 131_072 }),
    message: /supported range is from 1 \(inclusive\) to 65537 \(exclusive\)/,
  },
  {
    what: "a schema without JSON output",
    body: config({ responseSchema: { type: "OBJECT" } }),
    message: /only allowed when response_mime_type is set to application\/json/,
  },
  {
    what: "a system instruction on gemma",
    body: ask("x", { systemInstruction: { parts: [{ text: "y" }] } }),
    model: "gemma-3-27b-it",
    message: /^Developer instruction is not enabled for models\/gemma-3-27b-it$/,
  },
  {
    what: "more input than the model takes",
    body: ask("long ".repeat(30_000)),
    model: "gemma-3-4b-it",
    message: /^The input token count \(37500\) exceeds the maximum number of tokens allowed \(32768\)\.$/,
  },
];

for (const { what, body, message, model } of REFUSED) {
  Deno.test(`generateContent refuses ${what}`, async () => {
    const { post, sim } = bench();
    const response = await post(body, model === undefined ? {} : { model });
    assert.equal(response.status, 400);
    assert.match(await messageOf(response), message);
    assert.equal(
      sim.control.usage("alpha", model ?? "gemini-2.5-flash").rpd,
      0,
      "a refused call counts nothing",
    );
  });
}
