import assert from "node:assert/strict";
import fc from "fast-check";
import { JSON_BOUNDS, JsonBeyondBounds, parseForeign } from "./foreign_json.ts";

function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    return (cause as Error).name;
  }
}

Deno.test("parseForeign() parses and refuses what the platform does, whatever is in its strings", () => {
  const strings = fc.string({ unit: fc.constantFrom("[", "{", "]", "}", ",", '"', "\\", "a", "é") });
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: "small" }, strings, fc.double(), fc.boolean(), tie("list"), tie("object")),
    list: fc.array(tie("any")),
    object: fc.dictionary(strings, tie("any")),
  })).any;
  fc.assert(fc.property(value, strings, fc.nat(2_000), (inside, text, cut) => {
    // Longer than what is passed without a look.
    const json = JSON.stringify({ inside, text, filler: "[".repeat(JSON_BOUNDS.depth * 2) });
    assert.deepEqual(parseForeign(json), JSON.parse(json));
    const half = json.slice(0, -cut);
    assert.deepEqual(outcome(parseForeign, half), outcome(JSON.parse, half));
  }));
});

Deno.test("parseForeign() refuses levels and values beyond its bounds before it parses", () => {
  const { depth, values } = JSON_BOUNDS;
  const deepest = "[".repeat(depth) + "]".repeat(depth);
  assert.ok(parseForeign(deepest));
  const attacks = [
    `[${deepest}]`,
    "[".repeat(30_000_000),
    '{"a":'.repeat(2_000_000),
    `[${"{},".repeat(values)}{}]`,
    `[${"0,".repeat(values)}0,0]`,
    `{"text":"\\"","list":${"[".repeat(depth + 1)}`,
  ];
  for (const attack of attacks) assert.throws(() => parseForeign(attack), JsonBeyondBounds);
});
