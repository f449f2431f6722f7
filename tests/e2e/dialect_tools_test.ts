/** Tool schemas and tool names as agents send them, at the HTTP boundary of every dialect. */
import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { ask, at, DIALECT_NAMES, generateCalls, type Json } from "./calls.ts";
import {
  askedUp,
  callsOf,
  formatOf,
  JSON_REPLY,
  lastUp,
  replyOf,
  toolOf,
  warningsOf,
} from "./dialect_bodies.ts";

const SELF_BY_PATH = {
  type: "object",
  properties: {
    node: {
      type: "object",
      properties: {
        name: { type: "string" },
        children: { type: "array", items: { $ref: "#/properties/node" } },
      },
    },
  },
};

/** Shapes that stopped whole agents, and what Google must get. */
const SHAPES: readonly (readonly [what: string, schema: Json, sent: Json])[] = [
  ["a reference by path", SELF_BY_PATH, {
    type: "object",
    properties: { node: { $ref: "#/$defs/node" } },
    $defs: {
      node: {
        type: "object",
        properties: {
          name: { type: "string" },
          children: { type: "array", items: { $ref: "#/$defs/node" } },
        },
      },
    },
  }],
  ["types in capitals", { type: "OBJECT", properties: { a: { type: "STRING" } } }, {
    type: "object",
    properties: { a: { type: "string" } },
  }],
  ["a tuple of draft 7", {
    type: "object",
    properties: { p: { type: "array", items: [{ type: "number" }, { type: "number" }] } },
  }, {
    type: "object",
    properties: {
      p: { type: "array", prefixItems: [{ type: "number" }, { type: "number" }], items: { type: "number" } },
    },
  }],
  ["a required name that is no property", {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a", "ref"],
  }, {
    type: "object",
    properties: { a: { type: "string" } },
    description: "(needs ref)",
    required: ["a"],
  }],
  ["items that are null", { type: "object", properties: { a: { type: "array", items: null } } }, {
    type: "object",
    properties: { a: { type: "array", items: {} } },
  }],
  ["allOf and const", {
    type: "object",
    allOf: [{ properties: { a: { type: "string" } } }, { properties: { b: { const: "circle" } } }],
  }, {
    type: "object",
    properties: { a: { type: "string" }, b: { enum: ["circle"], type: "string" } },
  }],
];

for (const dialect of DIALECT_NAMES) {
  for (const [what, schema, sent] of SHAPES) {
    Deno.test(`${dialect}: ${what} in a tool and in a format goes up as Gemini reads it`, async () => {
      await using t = await proxyUnderTest();
      const tool = await askedUp(t, dialect, { tools: [toolOf(dialect, "f", schema)] });
      assert.deepEqual(at(tool.up, "tools.0.functionDeclarations.0.parametersJsonSchema"), sent);
      const format = await askedUp(t, dialect, formatOf(dialect, schema));
      assert.deepEqual(at(format.up, "generationConfig.responseJsonSchema"), sent);
      assert.equal(generateCalls(t).length, 2);
    });
  }

  Deno.test(`${dialect}: properties that are a list and required that is true leave a tool without parameters`, async () => {
    await using t = await proxyUnderTest();
    const { up } = await askedUp(t, dialect, {
      tools: [toolOf(dialect, "f", { type: "object", properties: [], required: true })],
    });
    assert.deepEqual(at(up, "tools.0.functionDeclarations.0"), { name: "f" });
  });

  Deno.test(`${dialect}: 60 fields of one recursive kind grow to at most four times their size`, async () => {
    await using t = await proxyUnderTest();
    const field = { type: "array", items: { $ref: "#/properties/node" } };
    const properties = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}`, field]));
    const schema = { type: "object", properties: { node: { type: "object", properties } } };
    const { up } = await askedUp(t, dialect, { tools: [toolOf(dialect, "f", schema)] });
    const sent = at(up, "tools.0.functionDeclarations.0.parametersJsonSchema");
    assert.ok(JSON.stringify(sent).length <= 4 * JSON.stringify(schema).length);
  });

  Deno.test(`${dialect}: a recursive root of a format keeps its shape`, async () => {
    await using t = await proxyUnderTest();
    const schema = {
      type: "object",
      properties: { v: { type: "string" }, next: { anyOf: [{ $ref: "#" }, { type: "null" }] } },
      required: ["v"],
    };
    const { up } = await askedUp(t, dialect, formatOf(dialect, schema));
    const body = {
      type: "object",
      properties: { v: { type: "string" }, next: { anyOf: [{ $ref: "#/$defs/root" }, { type: "null" }] } },
      required: ["v"],
    };
    assert.deepEqual(at(up, "generationConfig.responseJsonSchema"), { ...body, $defs: { root: body } });
  });

  Deno.test(`${dialect}: what cannot be said of a schema is said in words, with a warning`, async () => {
    await using t = await proxyUnderTest();
    const schema = {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "number", multipleOf: 5 } },
      dependentRequired: { a: ["b"] },
    };
    const { told, up } = await askedUp(t, dialect, { tools: [toolOf(dialect, "f", schema)] });
    const sent = at(up, "tools.0.functionDeclarations.0.parametersJsonSchema");
    assert.match(String(at(sent, "description")), /needed together: \{"a":\["b"\]\}/);
    assert.match(String(at(sent, "properties.b.description")), /a multiple of 5/);
    assert.match(warningsOf(told), /dependentRequired/);
  });

  Deno.test(`${dialect}: a root that is no object is wrapped going up and unwrapped coming back`, async () => {
    await using t = await proxyUnderTest();
    const schema = { anyOf: [{ type: "object", properties: { a: { type: "string" } } }, { type: "null" }] };
    t.simulator.control.replay(
      replyOf([{ functionCall: { name: "f", args: { value: { a: "x" } } } }]),
      JSON_REPLY,
    );
    const told = await ask(t, dialect, { more: { tools: [toolOf(dialect, "f", schema)] } });
    assert.deepEqual(callsOf(dialect, told), [{ name: "f", args: { a: "x" } }]);
    const sent = at(lastUp(t), "tools.0.functionDeclarations.0.parametersJsonSchema");
    assert.deepEqual(at(sent, "properties.value"), schema);
    assert.equal(at(sent, "type"), "object");
  });

  for (const called of ["bash", "default_api:Bash", "default_api.bash", "functions.Bash"]) {
    Deno.test(`${dialect}: a call of ${called} is one of the declared Bash`, async () => {
      await using t = await proxyUnderTest();
      t.simulator.control.replay(replyOf([{ functionCall: { name: called, args: {} } }]), JSON_REPLY);
      const tools = ["Bash", "Read"].map((name) => toolOf(dialect, name, { type: "object" }));
      const told = await ask(t, dialect, { more: { tools } });
      assert.deepEqual(callsOf(dialect, told), [{ name: "Bash", args: {} }]);
    });
  }

  Deno.test(`${dialect}: a call that fits two declared names, or none, passes as it is`, async () => {
    await using t = await proxyUnderTest();
    for (const called of ["RUN", "other"]) {
      t.simulator.control.replay(replyOf([{ functionCall: { name: called, args: {} } }]), JSON_REPLY);
      const tools = ["Run", "run"].map((name) => toolOf(dialect, name, { type: "object" }));
      const told = await ask(t, dialect, { more: { tools } });
      assert.deepEqual(callsOf(dialect, told), [{ name: called, args: {} }]);
    }
  });
}
