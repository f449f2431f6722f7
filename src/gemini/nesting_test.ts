import assert from "node:assert/strict";
import { parseArguments, tooDeepAt, toolResponse } from "./tools.ts";

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
};

Deno.test("tooDeepAt() names the place where a value goes deeper than allowed", () => {
  assert.equal(tooDeepAt({ x: nested(4) }, 5), undefined);
  assert.equal(tooDeepAt({ ok: 1, x: nested(5) }, 5), ".x.a[0].a[0]");
  assert.equal(tooDeepAt("text", 0), undefined);
  assert.equal(tooDeepAt(nested(100_000), 100)?.startsWith("[0].a"), true);
});

Deno.test("parseArguments() and toolResponse() keep JSON that Google could not read as text", () => {
  const text = '{"a":'.repeat(5_000) + "1" + "}".repeat(5_000);
  assert.deepEqual(parseArguments(text), { _raw: text });
  assert.deepEqual(toolResponse(text), { output: text });
});
