import assert from "node:assert/strict";
import fc from "fast-check";
import { isObject } from "../../src/core/mod.ts";
import { declareFunctions, toJsonSchemaSink, toProtoSchema } from "../../src/gemini/mod.ts";
import { checkJsonSchema } from "../../src/sim/validate_schema.ts";
import { deepFreeze } from "../support/chat_fixture.ts";
import { isValid } from "../support/json_schema_check.ts";

type Node = Record<string, unknown>;

/** Keys of Gemini's Schema message (ai.google.dev/api/caching#Schema); any other makes the whole request fail. */
const ALLOWED = new Set(
  "type format title description nullable enum items maxItems minItems properties required propertyOrdering minProperties maxProperties minLength maxLength pattern example anyOf default minimum maximum"
    .split(" "),
);
const TYPES = new Set(["STRING", "NUMBER", "INTEGER", "BOOLEAN", "OBJECT", "ARRAY"]);

function check(node: unknown, path = "$"): void {
  assert.ok(isObject(node), path);
  for (const key of Object.keys(node)) assert.ok(ALLOWED.has(key), `${path}.${key}`);
  assert.ok(node["anyOf"] !== undefined || TYPES.has(String(node["type"])), `${path}.type`);
  const members = node["enum"];
  if (members !== undefined) {
    assert.ok(
      Array.isArray(members) && members.length > 0 && members.every((m) => typeof m === "string" && m !== ""),
    );
    assert.equal(node["type"], "STRING");
  }
  const properties = (node["properties"] ?? {}) as Node;
  for (const name of (node["required"] ?? []) as string[]) {
    assert.ok(Object.hasOwn(properties, name), `${path} ${name}`);
  }
  if (node["type"] === "ARRAY") check(node["items"], `${path}.items`);
  for (const [name, child] of Object.entries(properties)) check(child, `${path}.${name}`);
  for (const child of (node["anyOf"] ?? []) as unknown[]) check(child, `${path}.anyOf`);
}

const name = fc.constantFrom("a", "b", "pattern", "const", "title", "$ref", "type", "enum");
const scalar = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.integer({ min: -3, max: 3 }),
  fc.boolean(),
  fc.constant(null),
);
const leaf = fc.oneof<fc.Arbitrary<unknown>[]>(
  fc.record({ type: fc.constantFrom("string", "integer", "number", "boolean") }),
  fc.record({ type: fc.constant("string"), minLength: fc.nat(2), description: fc.string({ maxLength: 4 }) }),
  fc.record({ type: fc.constantFrom("integer", "number"), minimum: fc.integer({ min: -3, max: 3 }) }),
  fc.record({
    type: fc.constantFrom("integer", "number"),
    exclusiveMinimum: fc.integer({ min: -3, max: 3 }),
  }),
  fc.record({ type: fc.constant(["string", "null"]) }),
  fc.record({ type: fc.constant(["string", "integer"]) }),
  fc.record({ const: scalar }),
  fc.record({ enum: fc.array(scalar, { minLength: 1, maxLength: 4 }) }),
  fc.record({ type: fc.constant("string"), format: fc.constantFrom("uri", "date-time", "email") }),
  fc.record({ $ref: fc.constantFrom("#/$defs/D", "#", "#/$defs/none", "https://x.example/y") }),
  fc.constantFrom(true, {}, { type: "object", additionalProperties: { type: "string" } }, { multipleOf: 5 }),
);
const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, depthIdentifier: "schema" },
    leaf,
    fc.record({
      type: fc.constant("object"),
      properties: fc.dictionary(name, tie("schema"), { maxKeys: 3 }),
      required: fc.uniqueArray(name, { maxLength: 2 }),
      additionalProperties: fc.constant(false),
    }, { requiredKeys: ["type"] }),
    fc.record({ type: fc.constant("array"), items: tie("schema"), maxItems: fc.nat(3) }, {
      requiredKeys: ["type"],
    }),
    fc.record({ type: fc.constant("array"), prefixItems: fc.array(tie("schema"), { maxLength: 2 }) }),
    fc.record({
      anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }),
      description: fc.string({ maxLength: 3 }),
    }),
    fc.record({ oneOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) }),
    fc.record({ allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) }),
  ),
}));
const rooted = fc.tuple(schema, leaf).map(([body, definition]) =>
  deepFreeze(
    isObject(body) ? { ...body, $defs: { D: definition }, $schema: "https://json-schema.org/x" } : body,
  )
);

/** Values that a converted schema admits. */
function valuesOf(node: Node): fc.Arbitrary<unknown> {
  if (Array.isArray(node["anyOf"])) return fc.oneof(...node["anyOf"].map(valuesOf));
  const { type, minimum, maximum } = node;
  if (Array.isArray(node["enum"])) return fc.constantFrom(...node["enum"]);
  if (type === "STRING") {
    const minLength = Number(node["minLength"] ?? 0);
    return fc.string({
      minLength,
      maxLength: Math.max(minLength, Number(node["maxLength"] ?? minLength + 3)),
    });
  }
  if (type === "BOOLEAN") return fc.boolean();
  if (type === "INTEGER" || type === "NUMBER") {
    const min = Math.ceil(Number(minimum ?? -5));
    return fc.integer({ min, max: Math.max(min, Math.floor(Number(maximum ?? min + 10))) });
  }
  if (type === "ARRAY") {
    const minLength = Number(node["minItems"] ?? 0);
    const maxLength = Math.max(minLength, Number(node["maxItems"] ?? minLength + 2));
    return fc.array(valuesOf(node["items"] as Node), { minLength, maxLength });
  }
  const required = (node["required"] ?? []) as string[];
  const properties = Object.entries((node["properties"] ?? {}) as Record<string, Node>);
  return fc.record(Object.fromEntries(properties.map(([key, child]) => [key, valuesOf(child)])), {
    requiredKeys: required,
  });
}

Deno.test("property: toProtoSchema() of any schema is valid for Gemini and ends", () => {
  fc.assert(fc.property(rooted, (original) => check(toProtoSchema(original).schema)), {
    numRuns: 2_000,
    seed: 1,
  });
});

Deno.test("property: a value valid under the sent schema is valid under the original, or a warning says why", () => {
  let judged = 0;
  fc.assert(
    fc.property(rooted, fc.integer(), (original, seed) => {
      const { schema: sent, warnings } = toProtoSchema(original);
      if (warnings.length > 0) return;
      judged += 1;
      for (const value of fc.sample(valuesOf(sent as Node), { numRuns: 5, seed })) {
        assert.ok(isValid(value, original), JSON.stringify({ value, original, sent }));
      }
    }),
    { numRuns: 2_000, seed: 2 },
  );
  assert.ok(judged > 300, `only ${judged} schemas came without a warning`);
});

Deno.test("property: toJsonSchemaSink() leaves no $schema, no $ref beside other keywords, and every property", () => {
  fc.assert(
    fc.property(rooted, (original) => {
      const { schema: sent } = toJsonSchemaSink(original);
      walk(sent, (node) => {
        assert.equal("$schema" in node, false);
        if ("$ref" in node) assert.deepEqual(Object.keys(node).filter((key) => !key.startsWith("$")), []);
      });
      if (isObject(original) && isObject(original["properties"])) {
        assert.deepEqual(Object.keys(sent["properties"] as Node), Object.keys(original["properties"]));
      }
    }),
    { numRuns: 2_000, seed: 3 },
  );
});

/** What tools of the field send: references of every kind, and shapes that no draft of JSON Schema allows. */
const wildLeaf = fc.oneof<fc.Arbitrary<unknown>[]>(
  leaf,
  fc.record({
    $ref: fc.constantFrom(
      "#",
      "#/properties/a",
      "#/properties/a/properties/b",
      "#/$defs/D",
      "#/$defs/E",
      "#/definitions/E",
      "#there",
      "E.json",
      7,
    ),
    description: fc.constantFrom("d", undefined),
    properties: fc.constantFrom({ z: { type: "string" } }, undefined),
  }, { requiredKeys: ["$ref"] }),
  fc.record({ $dynamicRef: fc.constant("#there") }),
  fc.constantFrom<unknown[]>(
    { type: "array" },
    { type: "ARRAY", items: null },
    { type: "array", items: [{ type: "number" }, { type: "NUMBER" }] },
    { type: "object", properties: [], required: true },
    { type: "Dict", required: ["x", 3] },
    { type: "string", nullable: true, properties: { a: {} } },
    { enum: ["", "a"] },
    { enum: [] },
    { anyOf: [] },
    { type: ["OBJECT", "NULL"], patternProperties: { "^a": { const: 1 } } },
    { if: { properties: { a: {} } }, then: { required: ["a"] } },
    { type: "object", properties: { a: "string", b: null, c: 3 }, dependentRequired: { a: ["b"] } },
    null,
    "string",
    42,
    [],
  ),
);
const { wild } = fc.letrec<{ wild: unknown }>((tie) => ({
  wild: fc.oneof(
    { maxDepth: 5, depthIdentifier: "wild" },
    wildLeaf,
    fc.record({
      type: fc.constantFrom("object", "OBJECT"),
      properties: fc.dictionary(name, tie("wild"), { maxKeys: 4 }),
      required: fc.uniqueArray(name, { maxLength: 3 }),
      anyOf: fc.array(fc.record({ required: fc.array(name, { maxLength: 2 }) }), { maxLength: 2 }),
      allOf: fc.array(tie("wild"), { maxLength: 2 }),
    }, { requiredKeys: ["type"] }),
    fc.record({ type: fc.constant("array"), items: tie("wild"), additionalItems: tie("wild") }, {
      requiredKeys: [],
    }),
    fc.record({ items: fc.array(tie("wild"), { maxLength: 3 }) }),
    fc.record({
      allOf: fc.array(tie("wild"), { minLength: 1, maxLength: 3 }),
      description: fc.constant("x"),
    }),
    fc.record({ oneOf: fc.array(tie("wild"), { minLength: 1, maxLength: 3 }), nullable: fc.boolean() }),
  ),
}));
const wildRoot = fc.tuple(wild, wild, wild).map(([body, D, E]) =>
  deepFreeze(
    isObject(body)
      ? {
        ...body,
        $defs: { D, E: isObject(E) ? { ...E, $anchor: "there", $id: "E.json" } : E },
        definitions: { E },
      }
      : body,
  )
);

Deno.test("property: any schema is sent at most four times as long, no deeper than Google reads, and Google takes it", () => {
  fc.assert(
    fc.property(wildRoot, (original) => {
      const bytes = JSON.stringify(original ?? null).length;
      const { schema: sent } = toJsonSchemaSink(original);
      assert.ok(JSON.stringify(sent).length <= Math.max(256, 4 * bytes), JSON.stringify(original));
      assert.equal(checkJsonSchema(sent, { path: "p" }), undefined, JSON.stringify({ original, sent }));
      const proto = toProtoSchema(original).schema;
      assert.ok(JSON.stringify(proto).length <= Math.max(256, 4 * bytes));
      check(proto);
      check(toProtoSchema(sent).schema);
      const { declarations } = declareFunctions([{ name: "f", schema: original }]);
      const parameters = declarations[0]!.parametersJsonSchema;
      if (parameters !== undefined) {
        assert.equal(checkJsonSchema(parameters, { path: "p", functionName: "f" }), undefined);
      }
    }),
    { numRuns: 4_000, seed: 4 },
  );
});

Deno.test("a schema that refers to itself in every field stays small and shallow", () => {
  for (const fields of [1, 60, 300]) {
    const properties = Object.fromEntries(
      Array.from({ length: fields }, (_, index) => [`f${index}`, { $ref: "#/properties/node" }]),
    );
    const original = { type: "object", properties: { node: { type: "object", properties } } };
    const { schema: sent } = toJsonSchemaSink(original);
    assert.ok(JSON.stringify(sent).length <= 4 * JSON.stringify(original).length);
    assert.equal(checkJsonSchema(sent, { path: "p" }), undefined);
    assert.ok(JSON.stringify(toProtoSchema(sent).schema).length <= 4 * JSON.stringify(sent).length);
  }
});

function walk(node: unknown, visit: (node: Node) => void): void {
  if (!isObject(node)) return;
  visit(node);
  for (const key of ["properties", "$defs"]) {
    Object.values((node[key] ?? {}) as Node).forEach((child) => walk(child, visit));
  }
  for (const key of ["anyOf", "oneOf", "allOf", "prefixItems"]) {
    ((node[key] ?? []) as unknown[]).forEach((child) => walk(child, visit));
  }
  for (const key of ["items", "additionalProperties"]) walk(node[key], visit);
}
