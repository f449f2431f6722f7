import assert from "node:assert/strict";
import type { Healing } from "../core/mod.ts";
import { deepFreeze } from "../../tests/support/chat_fixture.ts";
import { healRequest } from "./heal.ts";
import type { GeminiRequest } from "./wire.ts";

const request: GeminiRequest = deepFreeze({
  contents: [
    { role: "user", parts: [{ text: "u" }] },
    {
      role: "model",
      parts: [
        { functionCall: { name: "f", args: { seed: 1 } }, thoughtSignature: "old" },
        { functionCall: { name: "g" }, thoughtSignature: "old2" },
      ],
    },
  ],
  tools: [{
    functionDeclarations: [{
      name: "f",
      parametersJsonSchema: {
        type: "object",
        properties: { seed: { type: "array", maxItems: 3, items: { type: "string" } } },
      },
    }],
  }],
  generationConfig: {
    seed: 5,
    presencePenalty: 1,
    responseLogprobs: true,
    logprobs: 2,
    responseMimeType: "application/json",
    responseJsonSchema: { type: "object" },
    thinkingConfig: { thinkingBudget: 0, includeThoughts: true },
  },
});
const config = (heal: Healing) => healRequest(request, heal).generationConfig ?? {};

Deno.test("healRequest() drops a field by either spelling, and never data of the user", () => {
  for (const field of ["seed", "generation_config.seed", "generationConfig.seed"]) {
    const healed = healRequest(request, { kind: "drop_field", field });
    assert.equal(healed.generationConfig?.seed, undefined);
    assert.deepEqual(healed.contents, request.contents);
    assert.deepEqual(healed.tools, request.tools);
  }
  assert.equal(
    config({ kind: "drop_field", field: "generation_config.presence_penalty" }).presencePenalty,
    undefined,
  );
});

Deno.test("healRequest() puts the stand-in on the first call of a turn and takes all other signatures away", () => {
  const parts = healRequest(request, { kind: "dummy_signatures" }).contents[1]?.parts;
  assert.deepEqual(parts?.map(({ thoughtSignature }) => thoughtSignature), [
    "skip_thought_signature_validator",
    undefined,
  ]);
});

Deno.test("healRequest() converts schemas where raw JSON Schema is unknown", () => {
  for (
    const heal of [{ kind: "plain_schema" }, { kind: "drop_field", field: "parameters_json_schema" }] as const
  ) {
    const [declaration] = healRequest(request, heal).tools?.[0]?.functionDeclarations ?? [];
    assert.equal(declaration?.parametersJsonSchema, undefined);
    assert.equal(declaration?.parameters?.["type"], "OBJECT");
  }
});

Deno.test("healRequest() drops the bounds of schemas", () => {
  const healed = healRequest(request, { kind: "drop_schema_bounds" });
  assert.equal(JSON.stringify(healed.tools).includes("maxItems"), false);
});

Deno.test("healRequest() changes thinking as the refusal says", () => {
  assert.equal(config({ kind: "no_thinking" }).thinkingConfig, undefined);
  const text = "The thinking budget (0) is invalid. Please choose a value between 512 and 24576.";
  assert.deepEqual(config({ kind: "clamp_thinking", text }).thinkingConfig, {
    includeThoughts: true,
    thinkingBudget: 512,
  });
  const only = "Budget 0 is invalid. This model only works in thinking mode.";
  assert.deepEqual(config({ kind: "clamp_thinking", text: only }).thinkingConfig, { includeThoughts: true });
});

Deno.test("healRequest() takes penalties, log probabilities or the JSON format away", () => {
  assert.equal(config({ kind: "no_penalties" }).presencePenalty, undefined);
  assert.equal(config({ kind: "no_logprobs" }).responseLogprobs, undefined);
  const healed = healRequest(request, { kind: "no_json_with_tools" });
  assert.equal(healed.generationConfig?.responseMimeType, undefined);
  assert.match(String(healed.systemInstruction?.parts[0]?.text), /JSON/);
});
