import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { sha256 } from "./sha256.ts";

const byNode = (text: string) => createHash("sha256").update(text).digest("hex");

Deno.test("sha256() is what Node's is, at every length around a block and for any text", () => {
  for (let length = 0; length <= 200; length++) {
    assert.equal(sha256("a".repeat(length)), byNode("a".repeat(length)));
  }
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
    assert.equal(sha256(text), byNode(text));
  }));
});
