import assert from "node:assert/strict";
import { posix as node } from "node:path";
import fc from "fast-check";
import { basename, dirname, join, posix, win32 } from "@std/path";

const path = fc.string({
  unit: fc.constantFrom("/", ".", "..", "a", "bc", "~", "é", " ", "\\"),
  maxLength: 12,
});

Deno.test("posix paths are joined and cut as Node's", () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 5 }), path, (parts, one) => {
      assert.equal(posix.join(...parts), node.join(...parts), JSON.stringify(parts));
      assert.equal(posix.dirname(one), node.dirname(one), JSON.stringify(one));
      assert.equal(posix.basename(one), node.basename(one), JSON.stringify(one));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("Windows paths are joined by Node's rules, and plain names are this platform's", () => {
  assert.equal(win32.join("C:\\data", "..", "x"), "C:\\x");
  assert.equal(win32.dirname("C:\\data\\x"), "C:\\data");
  const own = Deno.build.os === "windows" ? win32 : posix;
  assert.deepEqual([join, dirname, basename], [own.join, own.dirname, own.basename]);
});
