import assert from "node:assert/strict";
import { maxItemsTotal, toJsonSchemaSink } from "./mod.ts";

const parsed = (json: string): unknown => JSON.parse(json);
const sent = (json: string) => JSON.stringify(toJsonSchemaSink(parsed(json)).schema);

Deno.test("toJsonSchemaSink() drops $schema and the boolean bounds of old drafts, says exclusive bounds in words, and keeps the order of all else", () => {
  assert.equal(
    sent('{"$schema":"draft-07","type":"number","exclusiveMinimum":true,"minimum":1,"exclusiveMaximum":9}'),
    '{"type":"number","minimum":1,"description":"(less than 9)"}',
  );
});

Deno.test("toJsonSchemaSink() keeps properties named as keywords and __proto__, as they are data", () => {
  const schema =
    '{"type":"object","properties":{"$schema":{"type":"string"},"__proto__":{"type":"integer"},"maxItems":{}}}';
  assert.equal(sent(schema), schema);
});

Deno.test("toJsonSchemaSink() inherits nothing from a keyword named __proto__", () => {
  assert.equal(
    sent('{"$schema":"x","type":"object","__proto__":{"description":"not mine"}}'),
    '{"type":"object"}',
  );
});

Deno.test("toJsonSchemaSink() leaves the schema it was given as it is", () => {
  const schema = parsed('{"$schema":"x","properties":{"a":{"$schema":"y","type":"array","maxItems":400}}}');
  const before = JSON.stringify(schema);
  toJsonSchemaSink(schema, { dropLargeBounds: true });
  assert.equal(JSON.stringify(schema), before);
});

Deno.test("maxItemsTotal() counts schemas alone: no property of that name, no example, nothing below the deepest level", () => {
  const counted =
    '{"items":{"maxItems":3,"anyOf":[{"maxItems":4},true]},"maxItems":5,"$defs":{"a":{"maxItems":6}}}';
  assert.equal(maxItemsTotal(parsed(counted)), 18);
  const data =
    '{"properties":{"maxItems":{"type":"number"}},"default":{"maxItems":9},"enum":[{"maxItems":9}]}';
  assert.equal(maxItemsTotal(parsed(data)), 0);
  let deep: Record<string, unknown> = { maxItems: 7 };
  for (let level = 0; level < 80; level++) deep = { items: deep };
  assert.equal(maxItemsTotal(deep), 0);
});
