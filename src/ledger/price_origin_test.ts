import assert from "node:assert/strict";
import { PriceTable } from "./price_table.ts";

Deno.test("known() tells the user's own prices from the shipped ones, which nobody checked", () => {
  const prices = new PriceTable();
  prices.override({ "gemini-2.5-pro*": { input: 1, cached: 0, output: 2 } });
  const known = prices.known();
  assert.deepEqual(known["gemini-2.5-pro*"], {
    input: 1,
    cached: 0,
    output: 2,
    origin: "own",
    asOf: null,
    verified: true,
  });
  const { origin, asOf, verified } = known["gemini-2.5-flash*"] ?? {};
  assert.deepEqual([origin, asOf, verified], ["shipped", prices.date, false]);
  assert.match(prices.note, /not checked/);
});
