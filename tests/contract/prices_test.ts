import assert from "node:assert/strict";
import prices from "../../data/prices.json" with { type: "json" };

Deno.test("every number that is said to be checked is in the table, with where and when it was read", () => {
  const models: Readonly<Record<string, Readonly<Record<string, unknown>>>> = prices.models;
  for (const { date, of: where, numbers } of prices.checks) {
    assert.match(date, /^\d{4}-\d{2}-\d{2}$/);
    assert.match(where, /^https:\/\//);
    for (const [model, fields] of Object.entries(numbers)) {
      for (const field of fields) {
        const [first = "", second] = field.split(".");
        const value = models[model]?.[first];
        const number = second === undefined ? value : (value as Readonly<Record<string, unknown>>)[second];
        assert.equal(typeof number, "number", `${model} ${field}`);
      }
    }
  }
});

Deno.test("a cached token never costs more than a fresh one, and long prompts never less than short ones", () => {
  for (const [model, price] of Object.entries(prices.models)) {
    assert.ok(price.cached <= price.input, model);
    if (!("long" in price)) continue;
    assert.ok(price.long.input >= price.input && price.long.output >= price.output, model);
    assert.ok(price.long.cached <= price.long.input, model);
  }
});
