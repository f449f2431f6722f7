import assert from "node:assert/strict";
import { capabilitiesOf } from "./model_family.ts";
import {
  adaptiveThinking,
  budgetToThinking,
  disabledThinking,
  EFFORTS,
  effortToThinking,
} from "./thinking.ts";

/** Columns of Google's effort table, in the order of EFFORTS. */
const EFFORT_TABLE = {
  "gemini-3.1-pro-preview": ["low", "low", "low", "medium", "high", "high", "high"],
  "gemini-3.1-flash-lite": ["minimal", "minimal", "low", "medium", "high", "high", "high"],
  "gemini-3-flash-preview": ["minimal", "minimal", "low", "medium", "high", "high", "high"],
  "gemini-3.6-flash": ["minimal", "minimal", "low", "medium", "high", "high", "high"],
  "gemini-3.7-flash": ["low", "low", "low", "medium", "high", "high", "high"],
  "gemini-3-pro-preview": ["low", "low", "low", "high", "high", "high", "high"],
  "gemini-2.5-pro": [128, 1024, 1024, 8192, 24576, 32768, 32768],
  "gemini-2.5-flash": [0, 1024, 1024, 8192, 24576, 24576, 24576],
  "gemini-2.5-flash-lite": [0, 1024, 1024, 8192, 24576, 24576, 24576],
} as const;

for (const [model, row] of Object.entries(EFFORT_TABLE)) {
  Deno.test(`effortToThinking() follows Google's table for ${model}`, () => {
    EFFORTS.forEach((effort, column) => {
      const expected = row[column];
      assert.deepEqual(
        effortToThinking(effort, capabilitiesOf(model)),
        typeof expected === "number" ? { thinkingBudget: expected } : { thinkingLevel: expected },
        effort,
      );
    });
  });
}

Deno.test("every conversion gives nothing for models that take no thinking setting", () => {
  for (const model of ["gemini-2.0-flash", "gemma-3-27b-it", "gemini-embedding-001"]) {
    const capabilities = capabilitiesOf(model);
    assert.equal(effortToThinking("high", capabilities), undefined);
    assert.equal(budgetToThinking(5_000, capabilities), undefined);
    assert.equal(disabledThinking(capabilities), undefined);
    assert.equal(adaptiveThinking(capabilities, "low"), undefined);
  }
});

Deno.test("budgetToThinking() clamps to the range of budget models", () => {
  const budgetOf = (tokens: number, model: string) =>
    budgetToThinking(tokens, capabilitiesOf(model))?.thinkingBudget;
  assert.equal(budgetOf(50_000, "gemini-2.5-flash"), 24_576);
  assert.equal(budgetOf(50_000, "gemini-2.5-pro"), 32_768);
  assert.equal(budgetOf(1, "gemini-2.5-pro"), 128);
  assert.equal(budgetOf(100, "gemini-2.5-flash-lite"), 512);
  assert.equal(budgetOf(0, "gemini-2.5-flash"), 0);
  assert.equal(budgetOf(-1, "gemini-2.5-flash"), -1);
  assert.equal(budgetToThinking(50_000, capabilitiesOf("gemini-2.5-flash"))?.includeThoughts, true);
});

Deno.test("budgetToThinking() becomes a level where the model takes levels", () => {
  const levelOf = (tokens: number, model: string) =>
    budgetToThinking(tokens, capabilitiesOf(model))?.thinkingLevel;
  const flash = [512, 513, 1_024, 1_025, 8_192, 8_193].map((tokens) =>
    levelOf(tokens, "gemini-3-flash-preview")
  );
  assert.deepEqual(flash, ["minimal", "low", "low", "medium", "medium", "high"]);
  assert.equal(levelOf(512, "gemini-3.7-flash"), "low");
});

Deno.test("disabledThinking() takes the least there is and shows no thoughts", () => {
  const off = (model: string) => disabledThinking(capabilitiesOf(model));
  assert.deepEqual(off("gemini-2.5-flash"), { thinkingBudget: 0, includeThoughts: false });
  assert.deepEqual(off("gemini-2.5-pro"), { thinkingBudget: 128, includeThoughts: false });
  assert.deepEqual(off("gemini-3-flash-preview"), { thinkingLevel: "minimal", includeThoughts: false });
  assert.deepEqual(off("gemini-3.1-pro-preview"), { thinkingLevel: "low", includeThoughts: false });
});

Deno.test("adaptiveThinking() lets the model decide, or follows the effort", () => {
  const adaptive = (model: string) => adaptiveThinking(capabilitiesOf(model));
  assert.deepEqual(adaptive("gemini-2.5-flash"), { thinkingBudget: -1, includeThoughts: true });
  assert.deepEqual(adaptive("gemini-3.1-pro-preview"), { includeThoughts: true });
  assert.deepEqual(adaptiveThinking(capabilitiesOf("gemini-2.5-flash"), "high"), {
    thinkingBudget: 24_576,
    includeThoughts: true,
  });
});
