import assert from "node:assert/strict";
import { nearNames } from "./alias_chain.ts";

const KNOWN = ["gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro", "gemma-3-27b-it", "fast"];

Deno.test("nearNames() gives the most alike first and nothing that is far off", () => {
  assert.deepEqual(nearNames("gemini-2.5-flahs", KNOWN)[0], "gemini-2.5-flash");
  assert.deepEqual(nearNames("GEMINI-2.5-PRO", KNOWN)[0], "gemini-2.5-pro");
  assert.deepEqual(nearNames("gpt-5", KNOWN), []);
  assert.equal(nearNames("gemini-2.5", KNOWN, 1).length, 1);
});

Deno.test("nearNames() stays small for a name of a megabyte", () => {
  assert.deepEqual(nearNames("x".repeat(1_000_000), KNOWN), []);
});
