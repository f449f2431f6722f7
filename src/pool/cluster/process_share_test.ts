import assert from "node:assert/strict";
import fc from "fast-check";
import { slotShare } from "./sharing.ts";

Deno.test("slotShare() gives all processes together exactly the slots of a credential", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 50 }),
      fc.string(),
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 }),
      (total, credential, live) => {
        const shares = live.map((me) => slotShare(total, credential, me, live));
        assert.equal(shares.reduce((sum, one) => sum + one, 0), total);
        assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
      },
    ),
  );
});

Deno.test("slotShare() gives nothing to a process that is not on the list", () => {
  assert.equal(slotShare(9, "key", "stranger", ["a", "b"]), 0);
});
