import assert from "node:assert/strict";
import fc from "fast-check";
import { readPasted } from "./sign_in.ts";

Deno.test("readPasted() reads an address, a query, a fragment and a bare code", () => {
  const cases: readonly (readonly [string, string | null, string | undefined])[] = [
    ["http://localhost:7536/oauth-callback?state=abc&code=4/0Ab-_x&scope=email", "4/0Ab-_x", "abc"],
    ["?code=4%2F0Ab&state=s1", "4/0Ab", "s1"],
    ["code=4%2F0Ab", "4/0Ab", undefined],
    ["  <http://127.0.0.1/x?error=access_denied&state=s2>  ", null, "s2"],
    ["4/0AbCdEf-_123", "4/0AbCdEf-_123", undefined],
    ["4%2F0AbCdEf", "4/0AbCdEf", undefined],
  ];
  for (const [text, code, state] of cases) {
    const pasted = readPasted(text);
    assert.ok(pasted, text);
    assert.equal(pasted.parameters.get("code"), code);
    assert.equal(pasted.state, state);
  }
});

Deno.test("readPasted() refuses texts without a code or an error", () => {
  for (const text of ["", "hello", "https://example.com/", "two words here", "state=only", "<script>"]) {
    assert.equal(readPasted(text), undefined, text);
  }
});

Deno.test("readPasted() never throws and gives a code or an error when it gives anything", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: "binary" }), (text) => {
      const pasted = readPasted(text);
      return pasted === undefined || pasted.parameters.has("code") || pasted.parameters.has("error");
    }),
    { seed: 7 },
  );
});
