import assert from "node:assert/strict";
import { toJsonSchemaSink, toProtoSchema } from "./mod.ts";

const proto = (schema: unknown) => toProtoSchema(schema).schema;

Deno.test("properties named like keywords survive both conversions", () => {
  const properties = {
    pattern: { type: "string" },
    const: { type: "string" },
    title: { type: "string" },
    $ref: { type: "string" },
  };
  const schema = { type: "object", properties };
  assert.deepEqual(Object.keys(proto(schema)["properties"] ?? {}), Object.keys(properties));
  assert.deepEqual(toJsonSchemaSink(schema).schema, schema);
});

Deno.test("toProtoSchema() converts the common forms", () => {
  assert.deepEqual(proto({ type: ["string", "null"] }), { nullable: true, type: "STRING" });
  assert.deepEqual(proto({ const: 5 }), { type: "INTEGER", description: "(one of: 5)" });
  assert.deepEqual(proto({ enum: [1, 2] }), { type: "INTEGER", description: "(one of: 1, 2)" });
  assert.deepEqual(proto({ enum: ["a", "b"] }), { type: "STRING", enum: ["a", "b"] });
  assert.deepEqual(proto({ type: "integer", exclusiveMinimum: 0 }), { type: "INTEGER", minimum: 1 });
  assert.deepEqual(proto({ oneOf: [{ type: "string" }, { type: "integer" }] }), {
    anyOf: [{ type: "STRING" }, { type: "INTEGER" }],
  });
  assert.deepEqual(proto({ anyOf: [{ type: "string" }, { type: "null" }], description: "d" }), {
    type: "STRING",
    description: "d",
    nullable: true,
  });
  const branch = (key: string) => ({ properties: { [key]: { type: "string" } }, required: [key] });
  assert.deepEqual(proto({ type: "object", allOf: [branch("p1"), branch("p2")] }), {
    type: "OBJECT",
    properties: { p1: { type: "STRING" }, p2: { type: "STRING" } },
    required: ["p1", "p2"],
  });
});

Deno.test("a recursive reference ends", () => {
  const tree = {
    type: "object",
    properties: { left: { $ref: "#/$defs/T" } },
    $defs: { T: { type: "object", properties: { next: { $ref: "#/$defs/T" }, v: { type: "integer" } } } },
  };
  const text = JSON.stringify(proto(tree));
  assert.equal(text.includes("$ref"), false);
  assert.match(text, /recursive T/);
});

Deno.test("maps of free keys are plain objects", () => {
  for (const keyword of ["patternProperties", "propertyNames", "additionalProperties"]) {
    const { schema, warnings } = toProtoSchema({ type: "object", [keyword]: { type: "string" } });
    assert.deepEqual(schema, { type: "OBJECT" });
    assert.equal(warnings.length, 1);
  }
});

Deno.test("toJsonSchemaSink() wraps a reference beside other keywords and moves definitions", () => {
  const schema = {
    properties: { a: { $ref: "#/definitions/A", description: "the a" } },
    definitions: { A: { type: "string" } },
  };
  assert.deepEqual(toJsonSchemaSink(schema).schema, {
    properties: { a: { description: "the a", anyOf: [{ $ref: "#/$defs/A" }] } },
    type: "object",
    $defs: { A: { type: "string" } },
  });
});

Deno.test("toJsonSchemaSink() moves what references by path name to $defs, and opens those that only name themselves", () => {
  const schema = {
    properties: { a: { type: "string" }, b: { $ref: "#/properties/a" }, c: { $ref: "#/properties/c" } },
  };
  const { schema: sent, warnings } = toJsonSchemaSink(schema);
  assert.deepEqual(sent, {
    properties: { a: { $ref: "#/$defs/a" }, b: { $ref: "#/$defs/a" }, c: { description: "(c)" } },
    type: "object",
    $defs: { a: { type: "string" } },
  });
  assert.ok(warnings.length > 0);
});
