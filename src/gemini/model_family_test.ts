import assert from "node:assert/strict";
import { capabilitiesOf } from "./model_family.ts";

const levels = (name: string) => {
  const { thinking } = capabilitiesOf(name);
  return thinking.kind === "level" ? thinking.levels.join(" ") : thinking.kind;
};

Deno.test("capabilitiesOf() gives each family the thinking setting it takes", () => {
  const expected = {
    "gemini-2.0-flash": "none",
    "gemini-1.5-pro-002": "none",
    "gemini-2.5-flash": "budget",
    "gemini-3-pro-preview": "low high",
    "gemini-3.1-pro-preview": "low medium high",
    "gemini-3-flash-preview": "minimal low medium high",
    "gemini-3.1-flash-lite": "minimal low medium high",
    "gemini-3.5-flash": "minimal low medium high",
    "gemini-3.6-flash-high": "minimal low medium high",
    "gemini-3.7-flash": "low medium high",
    "gemini-3.1-flash-image": "minimal high",
    "gemini-2.5-flash-image": "none",
    "gemini-2.5-flash-preview-tts": "none",
    "gemini-embedding-001": "none",
    "gemma-3-27b-it": "none",
    "gpt-oss-120b-medium": "none",
  };
  for (const [name, kind] of Object.entries(expected)) assert.equal(levels(name), kind, name);
});

Deno.test("capabilitiesOf() knows the budget range of each 2.5 model", () => {
  assert.deepEqual(capabilitiesOf("gemini-2.5-pro").thinking, {
    kind: "budget",
    min: 128,
    max: 32_768,
    canDisable: false,
  });
  assert.deepEqual(capabilitiesOf("gemini-2.5-flash-preview-09-2025").thinking, {
    kind: "budget",
    min: 0,
    max: 24_576,
    canDisable: true,
  });
  assert.deepEqual(capabilitiesOf("gemini-2.5-flash-lite").thinking, {
    kind: "budget",
    min: 512,
    max: 24_576,
    canDisable: true,
  });
});

Deno.test("capabilitiesOf() lets aliases and unknown names inherit the newest family", () => {
  const newest = capabilitiesOf("gemini-3.7-flash");
  const names = ["gemini-flash-latest", "gemini-pro-latest", "gemini-flash-lite-latest"];
  for (const name of [...names, "gemini-5-ultra", "my-tuned-model", ""]) {
    assert.deepEqual(capabilitiesOf(name), newest, name);
  }
  assert.equal(newest.needsSignatures, true);
  assert.equal(newest.maxCandidates, 1);
});

Deno.test("capabilitiesOf() keeps what 2.5 and older cannot do", () => {
  const old = capabilitiesOf("gemini-2.5-flash");
  assert.equal(old.toolsWithJson, false);
  assert.equal(old.mediaInToolResults, false);
  assert.equal(old.mixesBuiltInTools, false);
  assert.equal(old.needsSignatures, false);
  assert.equal(old.maxCandidates, 8);
  assert.equal(old.penalties, false);
  assert.equal(capabilitiesOf("gemini-2.0-flash").penalties, true);
});

Deno.test("capabilitiesOf() gives Gemma and speech models no system instruction, and old Gemma no tools", () => {
  assert.equal(capabilitiesOf("gemma-3-4b-it").systemInstruction, false);
  assert.equal(capabilitiesOf("gemma-3-4b-it").tools, false);
  assert.equal(capabilitiesOf("gemma-4-31b-it").tools, true);
  assert.equal(capabilitiesOf("gemini-2.5-pro-preview-tts").systemInstruction, false);
  assert.equal(capabilitiesOf("gemini-2.5-pro-preview-tts").tools, false);
});

Deno.test("capabilitiesOf() lets the live list correct thinking and limits", () => {
  const corrected = capabilitiesOf("gemini-2.5-flash", {
    thinking: false,
    inputTokenLimit: 1_000,
    outputTokenLimit: 10,
  });
  assert.equal(corrected.thinking.kind, "none");
  assert.equal(corrected.inputTokenLimit, 1_000);
  assert.equal(corrected.outputTokenLimit, 10);
  assert.equal(capabilitiesOf("gemini-2.5-flash", {}).thinking.kind, "budget");
});
