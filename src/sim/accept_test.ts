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

const ACCEPTED: Readonly<Record<string, JsonObject>> = {
  "two contents of one role": { contents: [user, user] },
  "an empty text part": { contents: [{ role: "user", parts: [{ text: "" }] }] },
  "no role": { contents: [{ parts: [{ text: "x" }] }] },
  "a single object where a list is meant": { contents: { parts: { text: "x" } } },
  "snake_case names": {
    contents: [user],
    generation_config: { max_output_tokens: 10 },
    system_instruction: { parts: [{ text: "x" }] },
  },
  "two model contents with calls before one content with both responses": {
    contents: [user, model(call("a")), model(call("b")), answer(result("a"), result("b"))],
  },
  "a response beside text": { contents: [user, model(call()), answer(result(), { text: "and?" })] },
  "nulls in known fields": { contents: [user], tools: null, generationConfig: null },
  "types in lower case": parameters({
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
  }),
  "a property that is named like a keyword": parameters({
    type: "OBJECT",
    properties: { const: { type: "STRING" } },
  }),
  "any keyword in a JSON schema": tools({
    name: "f",
    parametersJsonSchema: {
      $schema: "x",
      type: ["object", "null"],
      additionalProperties: false,
      oneOf: [{}],
    },
  }),
  "a penalty of zero": config({ presencePenalty: 0 }),
};

for (const [what, body] of Object.entries(ACCEPTED)) {
  Deno.test(`generateContent takes ${what}`, async () => {
    const response = await bench().post(body);
    assert.equal(response.status, 200, await response.text());
  });
}

Deno.test("the transcoder lists every unknown name, with its field", async () => {
  const response = await bench().post({ contents: [user], a: 1, generationConfig: { b: 2 } });
  const { error } = await response.json();
  assert.equal(error.message.split("\n").length, 2);
  assert.deepEqual(error.details[0].fieldViolations.map((violation: { field?: string }) => violation.field), [
    undefined,
    "generation_config",
  ]);
});

Deno.test("a body that is not JSON is a 400 that says so", async () => {
  const { sim } = bench();
  const request = (body: string) =>
    new Request("http://sim/v1beta/models/gemini-2.5-flash:generateContent", {
      method: "POST",
      headers: { "x-goog-api-key": "AIzaSyTEST000000000000000000000000000001" },
      body,
    });
  for (const body of ["", "{", "[]", "nonsense"]) {
    const response = await sim.fetch(request(body));
    assert.equal(response.status, 400);
    assert.match(await messageOf(response), /^Invalid JSON payload received\./);
  }
});

Deno.test("an unknown model is a 404 with Google's words, which name the single method", async () => {
  const { post } = bench();
  const text = (method: string): string =>
    `models/nope is not found for API version v1beta, or is not supported for ${method}. ` +
    "Call ListModels to see the list of available models and their supported methods.";
  const streamed = await post(ask("x"), { model: "nope", method: "streamGenerateContent" });
  assert.equal(streamed.status, 404);
  assert.equal(await messageOf(streamed), text("generateContent"));
  assert.equal(
    await messageOf(await post({}, { model: "nope", method: "batchEmbedContents" })),
    text("embedContent"),
  );
  assert.equal((await post(ask("x"), { model: "gemini-embedding-001" })).status, 404);
});
