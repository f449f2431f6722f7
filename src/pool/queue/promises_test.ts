import assert from "node:assert/strict";
import { needOf } from "../../../tests/support/pool_fixture.ts";
import { callOf } from "./line.ts";
import { Promises } from "./promises.ts";

Deno.test("redeem() accepts a session at its time, once, and not long before or after", () => {
  const promises = new Promises();
  promises.make("a", 60_000, 0);
  assert.equal(promises.redeem("a", 30_000), false);
  assert.equal(promises.redeem("b", 60_000), false);
  assert.equal(promises.redeem("a", 60_500), true);
  assert.equal(promises.redeem("a", 60_500), false);
  promises.make("a", 60_000, 0);
  assert.equal(promises.redeem("a", 70_000), false);
});

Deno.test("expected() follows how many really come back", () => {
  const promises = new Promises();
  for (let i = 0; i < 200; i++) {
    promises.make(`s${i}`, i * 10, i);
    promises.redeem(`s${i}`, i * 10);
  }
  for (let i = 0; i < 10; i++) promises.make(`t${i}`, 10_000, 5_000);
  assert.equal(promises.expected(5_000), 10);
  for (let i = 0; i < 300; i++) promises.make(`u${i}`, 20_000, 19_000);
  promises.expected(60_000);
  for (let i = 0; i < 10; i++) promises.make(`v${i}`, 70_000, 60_000);
  assert.equal(promises.expected(60_000), 0);
});

Deno.test("callOf() keeps a new call of a conversation from taking the place of one that was told to come back", () => {
  const promises = new Promises();
  promises.make(callOf(needOf({ session: "s", inputTokens: 900 })), 60_000, 0);
  assert.equal(promises.redeem(callOf(needOf({ session: "s", inputTokens: 950 })), 60_000), false);
  assert.equal(promises.redeem(callOf(needOf({ session: "s", inputTokens: 900 })), 60_000), true);
});
