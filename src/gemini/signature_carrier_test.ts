import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeCarrier, encodeCarrier, encodeIdCarrier } from "./signature_carrier.ts";

Deno.test("decodeCarrier() gives back exactly what encodeCarrier() was given", () => {
  const base64 = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) =>
    btoa(String.fromCharCode(...bytes))
  );
  const any = fc.string({ minLength: 1, unit: "grapheme" });
  fc.assert(
    fc.property(
      fc.oneof(base64, any),
      fc.constantFrom("api_key", "gemini_cli", "vertex"),
      (signature, source) => {
        assert.deepEqual(decodeCarrier(encodeCarrier(signature, source)), { source, signature });
        const id = `fc_abc_0-${encodeIdCarrier(signature, source)}`;
        assert.match(id, /^[A-Za-z0-9_-]+$/);
        assert.deepEqual(decodeCarrier(id), { source, signature });
      },
    ),
  );
});

Deno.test("decodeCarrier() recognises a mark without a signature", () => {
  assert.deepEqual(decodeCarrier(encodeCarrier(undefined)), { source: "gemini" });
});

Deno.test("decodeCarrier() refuses signatures of other services", () => {
  for (
    const foreign of [
      "gAAAAABqX6NTF9B3",
      "EqkECkYIBxgCKkA8AZ4noDfV5VcOJe/p3JTRB6Xz",
      "",
      "fc_06fe400e17c64daf",
      7,
      null,
    ]
  ) {
    assert.equal(decodeCarrier(foreign), undefined);
  }
});
