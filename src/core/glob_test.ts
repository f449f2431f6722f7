import assert from "node:assert/strict";
import fc from "fast-check";
import { matchesGlob, permitsModel } from "./glob.ts";

Deno.test("matchesGlob() takes * for any characters and ? for one", () => {
  assert.ok(matchesGlob("gemini-*-flash", "gemini-2.5-flash"));
  assert.ok(matchesGlob("gemini-2.?-pro", "gemini-2.5-pro"));
  assert.ok(matchesGlob("*", ""));
  assert.ok(!matchesGlob("gemini-*-flash", "gemini-2.5-flash-lite"));
  assert.ok(!matchesGlob("gemini-2.5-pro", "gemini-2x5-pro"));
  assert.ok(matchesGlob("GEMINI-*", "gemini-2.5-pro"));
});

Deno.test("matchesGlob() agrees with the same pattern as a regular expression", () => {
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "."), maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 10 });
  fc.assert(fc.property(pattern, name, (glob, text) => {
    const source = glob.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
    assert.equal(matchesGlob(glob, text), new RegExp(`^${source}$`, "i").test(text));
  }));
});

Deno.test("matchesGlob() stays quick on patterns that make others backtrack", () => {
  assert.ok(!matchesGlob("*a".repeat(40) + "b", "a".repeat(4_000)));
});

Deno.test("permitsModel() lets a denial go before an allowance", () => {
  assert.ok(permitsModel({}, "m"));
  assert.ok(permitsModel({ allowModels: ["gemini-*"] }, "gemini-2.5-pro"));
  assert.ok(!permitsModel({ allowModels: ["gemini-*"] }, "gemma-3"));
  assert.ok(!permitsModel({ allowModels: ["gemini-*"], denyModels: ["*-pro"] }, "gemini-2.5-pro"));
  assert.ok(!permitsModel({ allowModels: [] }, "gemini-2.5-pro"));
});
