import assert from "node:assert/strict";
import type { Repair } from "../core/mod.ts";
import { deepFreeze } from "../../tests/support/chat_fixture.ts";
import { repairRequest } from "./repair.ts";
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
const config = (repair: Repair) => repairRequest(request, repair).generationConfig ?? {};

Deno.test("repairRequest() drops a field by either spelling, and never data of the user", () => {
  for (const field of ["seed", "generation_config.seed", "generationConfig.seed"]) {
    const repaired = repairRequest(request, { kind: "drop_field", field });
    assert.equal(repaired.generationConfig?.seed, undefined);
    assert.deepEqual(repaired.contents, request.contents);
    assert.deepEqual(repaired.tools, request.tools);
  }
  assert.equal(
    config({ kind: "drop_field", field: "generation_config.presence_penalty" }).presencePenalty,
    undefined,
  );
});

Deno.test("repairRequest() puts the stand-in on the first call of a turn and takes all other signatures away", () => {
  const parts = repairRequest(request, { kind: "dummy_signatures" }).contents[1]?.parts;
  assert.deepEqual(parts?.map(({ thoughtSignature }) => thoughtSignature), [
    "skip_thought_signature_validator",
    undefined,
  ]);
});

Deno.test("repairRequest() converts schemas where raw JSON Schema is unknown", () => {
  for (
    const repair of [{ kind: "plain_schema" }, {
      kind: "drop_field",
      field: "parameters_json_schema",
    }] as const
  ) {
    const [declaration] = repairRequest(request, repair).tools?.[0]?.functionDeclarations ?? [];
    assert.equal(declaration?.parametersJsonSchema, undefined);
    assert.equal(declaration?.parameters?.["type"], "OBJECT");
  }
});

Deno.test("repairRequest() drops the bounds of schemas", () => {
  const repaired = repairRequest(request, { kind: "drop_schema_bounds" });
  assert.equal(JSON.stringify(repaired.tools).includes("maxItems"), false);
});

Deno.test("repairRequest() changes thinking as the refusal says", () => {
  assert.equal(config({ kind: "no_thinking" }).thinkingConfig, undefined);
  const text = "The thinking budget (0) is invalid. Please choose a value between 512 and 24576.";
  assert.deepEqual(config({ kind: "clamp_thinking", text }).thinkingConfig, {
    includeThoughts: true,
    thinkingBudget: 512,
  });
  const only = "Budget 0 is invalid. This model only works in thinking mode.";
  assert.deepEqual(config({ kind: "clamp_thinking", text: only }).thinkingConfig, { includeThoughts: true });
});

Deno.test("repairRequest() takes penalties, log probabilities or the JSON format away", () => {
  assert.equal(config({ kind: "no_penalties" }).presencePenalty, undefined);
  assert.equal(config({ kind: "no_logprobs" }).responseLogprobs, undefined);
  const repaired = repairRequest(request, { kind: "no_json_with_tools" });
  assert.equal(repaired.generationConfig?.responseMimeType, undefined);
  assert.match(String(repaired.systemInstruction?.parts[0]?.text), /JSON/);
});
