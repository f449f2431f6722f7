import assert from "node:assert/strict";
import table from "../../data/limits.json" with { type: "json" };
import { publishedLimit } from "./quota_board.ts";

const DAY = "requests_per_day";

function bucket(model: string, used = 0) {
  return { model, source: "api_key", limits: [{ kind: DAY, used, origin: "unknown" }] } as const;
}

Deno.test("publishedLimit() gives the first row that names the model, for its tier alone", () => {
  assert.equal(publishedLimit(bucket("gemini-2.5-flash"), "free", DAY)?.limit, 20);
  assert.equal(publishedLimit(bucket("gemini-2.5-flash-lite"), "free", DAY)?.limit, 500);
  assert.equal(publishedLimit(bucket("gemini-2.5-flash"), "standard", DAY), undefined);
  assert.equal(publishedLimit(bucket("gemini-2.5-flash"), undefined, DAY), undefined);
  assert.equal(publishedLimit(bucket("a-model-of-nobody"), "free", DAY), undefined);
  assert.equal(publishedLimit({ ...bucket("gemini-2.5-flash"), source: "vertex" }, "free", DAY), undefined);
});

Deno.test("publishedLimit() gives nothing that was disproved: more was served than it says", () => {
  assert.equal(publishedLimit(bucket("gemini-2.5-flash", 20), "free", DAY)?.limit, 20);
  assert.equal(publishedLimit(bucket("gemini-2.5-flash", 21), "free", DAY), undefined);
});

Deno.test("every published limit names its source by an address, and its date", () => {
  for (const { source, date } of Object.values(table.tiers).flat()) {
    assert.ok(URL.canParse(source.split(" ")[0] ?? ""), source);
    assert.match(date, /^20\d\d(-\d\d){0,2}$/);
  }
});
