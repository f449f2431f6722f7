import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { GatheredBytes } from "./gathered_bytes.ts";

const MANY = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251);

Deno.test("GatheredBytes joins pieces of any size, and holds nothing once it is given back", () => {
  const sizes = fc.array(fc.oneof(fc.nat(5), fc.nat(70_000), fc.nat(1_500_000)), { maxLength: 12 });
  fc.assert(
    fc.property(sizes, (all) => {
      using gathered = new GatheredBytes();
      let at = 0;
      for (const size of all) {
        gathered.add(MANY.subarray(at, at + size));
        at = Math.min(MANY.length, at + size);
      }
      assert.equal(gathered.size, at);
      const joined = gathered.joined();
      assert.equal(Buffer.compare(joined, MANY.subarray(0, at)), 0);
      gathered[Symbol.dispose]();
      assert.equal(gathered.size, 0);
      assert.equal(joined.byteLength, at);
    }),
    { numRuns: 50 },
  );
});
