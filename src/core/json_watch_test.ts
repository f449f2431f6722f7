import assert from "node:assert/strict";
import fc from "fast-check";
import { JsonBeyondBounds } from "./foreign_json.ts";
import { JsonWatch } from "./json_watch.ts";

/** Sees the text in pieces of a size; true when nothing speaks against it. */
function passes(text: string | Uint8Array, size: number, depth?: number): boolean {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const watch = new JsonWatch(depth);
  try {
    for (let at = 0; at < bytes.byteLength; at += size) watch.see(bytes.subarray(at, at + size));
    return true;
  } catch (cause) {
    assert.ok(cause instanceof SyntaxError);
    return false;
  }
}

Deno.test("JsonWatch takes every JSON value and every beginning of one, however it is cut", () => {
  fc.assert(fc.property(
    fc.json({ maxDepth: 6 }),
    fc.constantFrom(undefined, 1, "\t"),
    fc.integer({ min: 1, max: 9 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (json, indent, size, part) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      assert.ok(passes(text, size), text);
      assert.ok(passes(text.slice(0, Math.floor(text.length * part)), size));
    },
  ));
});

Deno.test("JsonWatch refuses what no JSON begins with at its first odd byte, however it is cut", () => {
  const odd = [
    "x",
    "<p>",
    "]",
    "}",
    ",",
    "\u0000",
    "[1 2",
    "[1,,",
    '{"a" 1',
    '{"a":1,}',
    "{1",
    "{a:",
    '"a""b"',
    "[}",
    "{]",
    '{"a":]',
  ];
  for (const text of odd) for (const size of [1, 2, 64]) assert.ok(!passes(text, size), text);
  assert.ok(!passes("1".repeat(2_000), 64));
  assert.ok(!passes(crypto.getRandomValues(new Uint8Array(4_096)).map((byte) => byte | 128), 64));
});

Deno.test("JsonWatch refuses depth and number of values beyond their bounds before they are parsed", () => {
  assert.ok(passes("[".repeat(200), 7, 200));
  assert.ok(!passes("[".repeat(201), 7, 200));
  const watch = new JsonWatch();
  watch.see(new TextEncoder().encode("["));
  const block = new TextEncoder().encode("1,".repeat(100_000));
  assert.throws(() => {
    for (let turn = 0; turn < 21; turn++) watch.see(block);
  }, JsonBeyondBounds);
});
