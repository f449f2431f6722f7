import assert from "node:assert/strict";
import {
  capabilitiesOf,
  DUMMY_SIGNATURE,
  encodeCarrier,
  encodeThoughtCarrier,
  maxItemsTotal,
  repairRequest,
} from "../../../src/gemini/mod.ts";
import { decode, EVERY_DIALECT, refuse } from "../../support/every_dialect.ts";

/** Efforts by model and what they come to. */
const EFFORTS:
  readonly (readonly [edge: number, word: string, model: string, setting: object | undefined])[] = [
    [36, "none", "gemini-2.5-flash", { thinkingBudget: 0 }],
    [36, "none", "gemini-2.5-pro", { thinkingBudget: 128 }],
    [36, "none", "gemini-3.1-pro-preview", { thinkingLevel: "low" }],
    [37, "medium", "gemini-2.5-flash", { thinkingBudget: 8_192 }],
    [37, "medium", "gemini-3.1-pro-preview", { thinkingLevel: "medium" }],
    [37, "medium", "gemini-3-pro-preview", { thinkingLevel: "high" }],
    [38, "minimal", "gemini-3.7-flash", { thinkingLevel: "low" }],
    [39, "xhigh", "gemini-2.5-pro", { thinkingBudget: 32_768 }],
    [39, "xhigh", "gemini-3.1-pro-preview", { thinkingLevel: "high" }],
    [40, "high", "gemini-2.0-flash", undefined],
    [40, "high", "gemma-3-27b-it", undefined],
  ];

const property = { type: "string" };

for (const under of EVERY_DIALECT) {
  const tool = (schema: unknown) => {
    const { request } = decode(under, under.body("hi", under.tools(schema)));
    const [declaration] = request.tools?.[0]?.functionDeclarations ?? [];
    return { request, schema: declaration?.parametersJsonSchema as Record<string, unknown> | undefined };
  };

  for (const [edge, word, model, setting] of EFFORTS) {
    Deno.test(`edge ${edge}: effort ${word} for ${model} (${under.name})`, () => {
      const { request } = decode(under, under.body("hi", under.effort(word)), { model });
      const { includeThoughts: _, ...rest } = request.generationConfig?.thinkingConfig ?? {};
      assert.deepEqual(rest, setting ?? {});
      if (setting === undefined) assert.equal(request.generationConfig?.thinkingConfig, undefined);
    });
  }

  Deno.test(`an unknown effort is the model's own setting, with a warning (${under.name})`, () => {
    const call = decode(under, under.body("hi", under.effort("mad")));
    assert.ok(call.warnings.some((warning) => /effort "mad"/.test(warning)), call.warnings.join());
    assert.equal(call.request.generationConfig?.thinkingConfig?.thinkingBudget, undefined);
  });

  Deno.test(`properties named like keywords survive (${under.name})`, () => {
    const properties = {
      pattern: property,
      const: property,
      title: property,
      $ref: property,
      definitions: property,
    };
    const { request, schema } = tool({ type: "object", properties });
    assert.deepEqual(schema?.["properties"], properties);
    const plain = repairRequest(request, { kind: "plain_schema" });
    const parameters = plain.tools?.[0]?.functionDeclarations?.[0]?.parameters as Record<string, object>;
    assert.deepEqual(Object.keys(parameters["properties"]!), Object.keys(properties));
  });

  Deno.test(`the plain form of types, enums, bounds and unions (${under.name})`, () => {
    const { request } = tool({
      type: "object",
      properties: {
        maybe: { type: ["string", "null"] },
        five: { const: 5 },
        few: { enum: [1, 2] },
        positive: { type: "integer", exclusiveMinimum: 0 },
        either: { oneOf: [{ type: "string" }, { type: "integer" }] },
        both: { allOf: [{ type: "object", properties: { a: property } }, { properties: { b: property } }] },
      },
    });
    const plain = repairRequest(request, { kind: "plain_schema" }).tools?.[0]?.functionDeclarations?.[0];
    const made = (plain?.parameters as { properties: Record<string, Record<string, unknown>> }).properties;
    assert.deepEqual([made["maybe"]!["type"], made["maybe"]!["nullable"]], ["STRING", true]);
    assert.equal(made["five"]!["type"], "INTEGER");
    assert.match(JSON.stringify(made["five"]), /5/);
    assert.equal(made["few"]!["type"], "INTEGER");
    assert.equal(made["few"]!["enum"], undefined);
    assert.equal(made["positive"]!["minimum"], 1);
    assert.equal((made["either"]!["anyOf"] as unknown[]).length, 2);
    assert.deepEqual(Object.keys(made["both"]!["properties"] as object).sort(), ["a", "b"]);
  });

  Deno.test(`recursive references end, open objects are plain ones (${under.name})`, () => {
    const tree = {
      type: "object",
      properties: {
        root: { $ref: "#/$defs/node" },
        open: { type: "object", patternProperties: { "^x": property }, additionalProperties: property },
      },
      $defs: { node: { type: "object", properties: { child: { $ref: "#/$defs/node" } } } },
    };
    const text = JSON.stringify(repairRequest(tool(tree).request, { kind: "plain_schema" }));
    assert.ok(!/\$ref|\$defs|patternProperties|propertyNames|additionalProperties/.test(text), text);
  });

  Deno.test(`bounds beyond Google's sum are told in words (${under.name})`, () => {
    const bounded = { type: "object", properties: { a: { type: "array", maxItems: 400, items: property } } };
    const { request } = decode(under, under.body("hi", under.tools(bounded, bounded, bounded)));
    const declared = request.tools?.[0]?.functionDeclarations ?? [];
    assert.equal(declared.length, 3);
    assert.equal(declared.reduce((sum, one) => sum + maxItemsTotal(one.parametersJsonSchema), 0), 0);
    assert.match(JSON.stringify(declared), /at most 400 items/);
  });

  for (const signature of ["", 5, null, {}, "gAAAAABnotGoogles"]) {
    Deno.test(`${JSON.stringify(signature)} is no signature, the stand-in is sent with a warning (${under.name})`, () => {
      const call = decode(
        under,
        under.body("", { ...under.loop(signature), ...under.tools({ type: "object" }) }),
        {
          model: "gemini-3.1-pro-preview",
        },
      );
      assert.equal(call.request.contents[1]?.parts[0]?.thoughtSignature, DUMMY_SIGNATURE);
      assert.equal(call.missingSignatures.length, 1);
      assert.equal(call.warnings.filter((warning) => /stand-in/.test(warning)).length, 1);
    });
  }

  Deno.test(`no stand-in and no warning where no signature is needed (${under.name})`, () => {
    const call = decode(under, under.body("", under.loop("")), { model: "gemini-2.5-flash" });
    assert.equal(call.request.contents[1]?.parts[0]?.thoughtSignature, undefined);
    assert.deepEqual(call.warnings.filter((warning) => /stand-in/.test(warning)), []);
  });

  Deno.test(`unknown content of a user is left out with a warning that names it (${under.name})`, () => {
    const call = decode(under, under.withUnknownContent());
    assert.ok(call.warnings.some((warning) => /hologram/.test(warning)), call.warnings.join());
  });

  Deno.test(`a schema nested too deeply is refused by its field (${under.name})`, () => {
    let schema: unknown = { type: "string" };
    for (let level = 0; level < 80; level++) schema = { type: "object", properties: { a: schema } };
    const failure = refuse(under, under.body("hi", under.tools(schema)));
    assert.match(failure.param ?? "", /^tools\[0\]\./);
  });

  Deno.test(`a model without tools gets none, and the client is told (${under.name})`, () => {
    const call = decode(under, under.body("hi", under.tools({ type: "object" })), {
      model: "gemma-3-27b-it",
    });
    assert.equal(call.request.tools, undefined);
    assert.equal(call.request.toolConfig, undefined);
    assert.ok(call.warnings.some((warning) => /takes no tools/.test(warning)), String(call.warnings));
  });

  Deno.test(`the signature of a thought never stands on a call (${under.name})`, () => {
    if (under.name === "chat") return;
    const body = under.body("", under.loop(encodeThoughtCarrier("Q0xBVURF".repeat(9), "antigravity")));
    const call = decode(under, body, { model: "gemini-3.1-pro-preview" });
    assert.equal(call.request.contents[1]?.parts[0]?.thoughtSignature, DUMMY_SIGNATURE);
    assert.equal(call.signedBy, "antigravity");
  });

  Deno.test(`a carried signature names its source (${under.name})`, () => {
    if (under.name === "chat") return;
    const call = decode(under, under.body("", under.loop(encodeCarrier("QUJDREVG", "vertex"))));
    assert.equal(call.signedBy, "vertex");
    assert.equal(call.request.contents[1]?.parts[0]?.thoughtSignature, "QUJDREVG");
  });
}

Deno.test("capabilitiesOf() signed thoughts are those of Claude models alone", () => {
  assert.equal(capabilitiesOf("claude-opus-4-6-thinking").signedThoughts, true);
  for (const model of ["gemini-3.7-flash", "gemini-2.5-pro", "gpt-oss-120b-medium", "gemma-3-27b-it"]) {
    assert.equal(capabilitiesOf(model).signedThoughts, false, model);
  }
});
