import assert from "node:assert/strict";
import { pastedKeys, pastedName } from "./add_keys_form.tsx";

const A = "AIzaSyA" + "a".repeat(32);
const B = "AIzaSyB" + "b".repeat(32);

Deno.test("pastedKeys() finds keys in any text, each once", () => {
  assert.deepEqual(pastedKeys(`GEMINI_API_KEY="${A}"\n- ${B}, ${A}`), [A, B]);
  assert.deepEqual(pastedKeys("first-key-1\nsecond-key-2, first-key-1"), ["first-key-1", "second-key-2"]);
  assert.deepEqual(pastedKeys("  \n "), []);
});

Deno.test("pastedName() shows no more than four characters, and none of a short one", () => {
  assert.equal(pastedName(A), "…aaaa");
  assert.equal(pastedName("short"), "…");
});
