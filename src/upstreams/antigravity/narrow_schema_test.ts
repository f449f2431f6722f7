import assert from "node:assert/strict";
import fc from "fast-check";
import { isObject } from "../../core/mod.ts";
import { PLACEHOLDER, toClaudeParameters, toNarrowSchema } from "./envelope.ts";

const KNOWN = new Set(["type", "description", "enum", "nullable", "properties", "required", "items"]);

/** The first keyword that Antigravity would refuse; names of properties are no keywords. */
function stranger(schema: unknown): string | undefined {
  if (!isObject(schema)) return "not a schema";
  const found = Object.keys(schema).find((name) => !KNOWN.has(name));
  if (found !== undefined) return found;
  const inner = [
    ...Object.values(isObject(schema["properties"]) ? schema["properties"] : {}),
    ...(schema["items"] === undefined ? [] : [schema["items"]]),
  ];
  return inner.map(stranger).find((one) => one !== undefined);
}

Deno.test("toNarrowSchema() leaves only what Antigravity knows, whatever comes in", () => {
  const keyword = fc.constantFrom(
    "anyOf",
    "oneOf",
    "allOf",
    "$ref",
    "const",
    "enum",
    "not",
    "items",
    "properties",
    "format",
    "title",
  );
  const schema = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      fc.jsonValue({ maxDepth: 2 }),
      fc.record({
        type: fc.constantFrom("object", "array", "string", ["integer", "null"]),
        minItems: fc.nat(),
      }, { requiredKeys: [] }),
      fc.record({
        type: fc.constant("object"),
        properties: fc.dictionary(fc.string(), tie("node")),
        required: fc.array(fc.string()),
      }),
      fc.dictionary(keyword, fc.oneof(tie("node"), fc.array(tie("node"), { maxLength: 3 })), { maxKeys: 3 }),
    ),
  })).node;
  fc.assert(
    fc.property(schema, (made) => {
      // As a client's JSON brings it.
      const one: unknown = JSON.parse(JSON.stringify(made) ?? "null");
      assert.equal(stranger(toNarrowSchema(one)), undefined);
      const claude = toClaudeParameters(one);
      assert.equal(stranger(claude), undefined);
      assert.ok(isObject(claude["properties"]) && Object.keys(claude["properties"]).length > 0);
    }),
    { seed: 7, numRuns: 500 },
  );
});

Deno.test("toNarrowSchema() keeps a property that is named like a keyword, and tells bounds in words", () => {
  const narrow = toNarrowSchema({
    type: "object",
    properties: {
      title: { type: "string", minLength: 2, description: "A name." },
      format: { type: "number" },
    },
    required: ["title"],
  });
  assert.deepEqual(narrow, {
    type: "OBJECT",
    properties: {
      title: { type: "STRING", description: "A name. (minLength: 2)" },
      format: { type: "NUMBER" },
    },
    required: ["title"],
  });
});

Deno.test("toNarrowSchema() takes the richest branch of a union", () => {
  const branches = [{ type: "string" }, { type: "object", properties: { a: { type: "boolean" } } }, {
    type: "null",
  }];
  assert.deepEqual(toNarrowSchema({ anyOf: branches }), {
    type: "OBJECT",
    nullable: true,
    properties: { a: { type: "BOOLEAN" } },
  });
});

Deno.test("toClaudeParameters() never gives an object without a property", () => {
  for (
    const schema of [undefined, {}, { type: "object" }, { type: "object", properties: {} }, {
      type: "string",
    }]
  ) {
    assert.deepEqual(Object.keys(toClaudeParameters(schema)["properties"] as object), [PLACEHOLDER]);
  }
});
