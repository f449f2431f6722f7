import assert from "node:assert/strict";
import { FirstBytes } from "./mod.ts";

Deno.test("silence is odd after three times the slowest answer of late, and never within 1.5 s", () => {
  const bytes = new FirstBytes();
  assert.equal(bytes.patience("flash"), 2_500, "nothing is known");
  bytes.note("flash", 20);
  assert.equal(bytes.patience("flash"), 1_500);
  bytes.note("flash", 4_000);
  assert.equal(bytes.patience("flash"), 12_000);
  assert.equal(bytes.patience("pro"), 12_000, "as slow as the slowest that is known");
  for (let call = 0; call < 50; call++) bytes.note("flash", 100);
  assert.equal(bytes.patience("flash"), 1_500);
  bytes.note("flash", 90_000);
  assert.equal(bytes.patience("flash"), 30_000);
});
