import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../../src/core/mod.ts";
import { openaiResponses } from "../../../src/dialects/openai_responses/mod.ts";
import { encodeIdCarrier } from "../../../src/gemini/mod.ts";
import { decodeWith } from "../../support/dialect_calls.ts";

const user = (content: Json): JsonObject => ({ role: "user", content });
const call = (id: string, name: string, args = "{}"): JsonObject => ({
  type: "function_call",
  call_id: id,
  name,
  arguments: args,
});
const output = (id: string, value: Json): JsonObject => ({
  type: "function_call_output",
  call_id: id,
  output: value,
});
const tools = [{
  type: "function",
  name: "f",
  parameters: { type: "object", properties: { q: { type: "string" } } },
}];
const decode = (body: object, model?: string) =>
  decodeWith(openaiResponses, { model: "m", ...body }, model === undefined ? {} : { model });
const contents = (input: unknown, model?: string) => decode({ input }, model).request.contents;

Deno.test("responses : instructions, system and developer items become system parts in order", () => {
  const { request } = decode({
    instructions: "A",
    input: [{ role: "system", content: "B" }, { role: "developer", content: "C" }, user("hi")],
  });
  assert.deepEqual(request.systemInstruction?.parts, [{ text: "A" }, { text: "B" }, { text: "C" }]);
});

Deno.test("responses : empty texts leave no empty parts", () => {
  for (const input of ["", [user("")], [user([{ type: "input_text", text: "" }])]]) {
    assert.notEqual(contents(input)[0]?.parts[0]?.text ?? "", "");
  }
});

Deno.test("responses : an input that begins with a call gets a user before it", () => {
  const made = contents([call("c", "f"), output("c", "1")]);
  assert.deepEqual(made.map(({ role }) => role), ["user", "model", "user"]);
});

Deno.test("responses : a trailing assistant message with tools on a new model ends with the user", () => {
  const { request } = decode({ tools, input: [user("u"), { role: "assistant", content: "I will" }] });
  assert.equal(request.contents.at(-1)?.role, "user");
});

Deno.test("responses : a lone surrogate becomes U+FFFD, in text, arguments and outputs", () => {
  const made = contents([user("a\ud83d"), call("c", "f", '{"q":"\\ud83d"}'), output("c", "o\ud83d")]);
  assert.equal(JSON.stringify(made).includes("\\ud83d"), false);
  assert.equal(made[0]?.parts[0]?.text, "a\ufffd");
});

Deno.test("responses : the least thinking a model can do, shown nowhere", () => {
  const thinking = decode(
    { input: "x", reasoning: { effort: "none", summary: "auto" } },
    "gemini-3-flash-preview",
  );
  assert.deepEqual(thinking.request.generationConfig?.thinkingConfig, {
    thinkingLevel: "minimal",
    includeThoughts: false,
  });
});

Deno.test("responses : schemas go as they are but for const, properties named like keywords survive", () => {
  const parameters = {
    type: "object",
    properties: { pattern: { type: "string" }, title: { const: 5 }, $ref: { type: ["string", "null"] } },
  };
  const { request } = decode({ input: "x", tools: [{ type: "function", name: "f", parameters }] });
  assert.deepEqual(request.tools?.[0]?.functionDeclarations?.[0]?.parametersJsonSchema, {
    ...parameters,
    properties: { ...parameters.properties, title: { enum: [5], type: "integer" } },
  });
});

Deno.test("responses : parallel calls of one tool keep their own ids and signatures", () => {
  const first = { ...call("c1", "f", '{"q":"1"}'), id: `fc_a_0-${encodeIdCarrier("AbC=")}` };
  const made = contents([
    user("u"),
    first,
    call("c2", "f", '{"q":"2"}'),
    output("c1", "1"),
    output("c2", "2"),
  ], "gemini-3.6-flash");
  assert.deepEqual(
    made[1]?.parts.map(({ functionCall, thoughtSignature }) => [functionCall?.id, thoughtSignature]),
    [
      ["c1", "AbC="],
      ["c2", undefined],
    ],
  );
});

Deno.test("responses : ids are echoed to models that give them, and not to others", () => {
  const input = [user("u"), call("abc", "f"), output("abc", "1")];
  assert.equal(contents(input, "gemini-3.6-flash")[2]?.parts[0]?.functionResponse?.id, "abc");
  assert.equal(contents(input, "gemini-2.5-flash")[2]?.parts[0]?.functionResponse?.id, undefined);
});

Deno.test("responses : rewritten call ids still pair, and the signature is looked up by name and arguments", () => {
  const made = decodeWith(openaiResponses, {
    model: "m",
    input: [user("u"), call("tc-0", "f", '{"q":"1"}'), output("tc-0", "1")],
  }, {
    signatureOf: ({ name, args }) => name === "f" && args.q === "1" ? "AbC=" : undefined,
  });
  assert.equal(made.request.contents[1]?.parts[0]?.thoughtSignature, "AbC=");
  assert.deepEqual(made.request.contents[2]?.parts[0]?.functionResponse?.response, { output: "1" });
});

Deno.test("responses: a generated image goes back to the model with its signature", () => {
  const image = {
    type: "image_generation_call",
    id: `ig_a_0-${encodeIdCarrier("AbC=")}`,
    result: "AAAA",
    output_format: "jpeg",
  };
  const made = contents([user("u"), image, user("again")]);
  assert.deepEqual(made[1]?.parts, [{
    inlineData: { mimeType: "image/jpeg", data: "AAAA" },
    thoughtSignature: "AbC=",
  }]);
});
