import { isObject, type Json, type JsonObject } from "../core/mod.ts";
import { asList, asNumber, asObject, asObjects, asText } from "./json_read.ts";

/** Chooses a value for a property by its name, at any depth; undefined leaves the choice to the schema. */
export type ValueHint = (name: string, schema: JsonObject) => Json | undefined;

const MAX_DEPTH = 6;

/** A JSON value that satisfies the schema (JSON Schema or the OpenAPI-like one of Gemini). Always the same for the same input. */
export function schemaValue(schema: Json | undefined, hint: ValueHint = () => undefined): Json {
  return new Builder(asObject(schema) ?? {}, hint).build(asObject(schema) ?? {}, "value", 0);
}

class Builder {
  readonly #root: JsonObject;
  readonly #hint: ValueHint;

  constructor(root: JsonObject, hint: ValueHint) {
    this.#root = root;
    this.#hint = hint;
  }

  build(given: JsonObject, name: string, depth: number): Json {
    const schema = this.#resolve(given);
    const hinted = depth === 0 ? undefined : this.#hint(name, schema);
    if (hinted !== undefined) return hinted;
    if (schema["const"] !== undefined) return schema["const"];
    const values = asList(schema["enum"]);
    if (values.length > 0) return values[0] ?? null;
    const branches = asObjects(schema["anyOf"] ?? schema["oneOf"]);
    const branch = branches.find((option) => typeOf(option) !== "null");
    if (branch) return this.build({ ...schema, anyOf: undefined, oneOf: undefined, ...branch }, name, depth);
    return this.#byType(this.#withAllOf(schema), name, depth);
  }

  #byType(schema: JsonObject, name: string, depth: number): Json {
    switch (typeOf(schema)) {
      case "object":
        return this.#object(schema, depth);
      case "array":
        return this.#array(schema, name, depth);
      case "integer":
      case "number":
        return numberFor(schema);
      case "boolean":
        return true;
      case "null":
        return null;
      default:
        return textFor(schema, name);
    }
  }

  #resolve(schema: JsonObject): JsonObject {
    let current = schema;
    for (let hops = 0; hops < 8; hops++) {
      const ref = asText(current["$ref"]);
      if (ref === undefined) return current;
      let target: Json | undefined = this.#root;
      for (const step of ref.replace(/^#\/?/, "").split("/").filter((piece) => piece !== "")) {
        target = asObject(target)?.[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")];
      }
      current = asObject(target) ?? {};
    }
    return current;
  }

  #withAllOf(schema: JsonObject): JsonObject {
    const all = asObjects(schema["allOf"]).map((entry) => this.#resolve(entry));
    if (all.length === 0) return schema;
    const merged: Record<string, Json | undefined> = { ...schema, allOf: undefined };
    for (const entry of all) {
      for (const [key, value] of Object.entries(entry)) {
        if (key === "properties") merged[key] = { ...asObject(merged[key]), ...asObject(value) };
        else if (key === "required") merged[key] = [...asList(merged[key]), ...asList(value)];
        else merged[key] = value;
      }
    }
    return merged;
  }

  #object(schema: JsonObject, depth: number): Json {
    const properties = asObject(schema["properties"]) ?? {};
    const required = new Set(asList(schema["required"]));
    const order = asList(schema["propertyOrdering"]).filter((name) => typeof name === "string");
    const names = [...new Set([...order, ...Object.keys(properties)])];
    const output: Record<string, Json> = {};
    for (const name of names) {
      const child = properties[name];
      if (!isObject(child)) continue;
      if (!required.has(name) && (depth >= 2 || required.size > 0)) continue;
      output[name] = depth >= MAX_DEPTH ? null : this.build(child as JsonObject, name, depth + 1);
    }
    return output;
  }

  #array(schema: JsonObject, name: string, depth: number): Json {
    const prefix = asObjects(schema["prefixItems"]);
    if (prefix.length > 0) return prefix.map((item) => this.build(item, name, depth + 1));
    const max = asNumber(schema["maxItems"]) ?? Infinity;
    const count = Math.min(max, Math.max(asNumber(schema["minItems"]) ?? 0, depth >= MAX_DEPTH ? 0 : 1));
    const item = asObject(schema["items"]) ?? {};
    return Array.from({ length: count }, () => this.build(item, name, depth + 1));
  }
}

/** The type in lower case; of several, the first that is not null; inferred when it is not said. */
export function typeOf(schema: JsonObject): string | undefined {
  const types = Array.isArray(schema["type"]) ? asList(schema["type"]) : [schema["type"]];
  const named = types.find((type) => typeof type === "string" && type.toLowerCase() !== "null") ?? types[0];
  if (typeof named === "string") return named.toLowerCase();
  if (schema["properties"] !== undefined) return "object";
  if (schema["items"] !== undefined || schema["prefixItems"] !== undefined) return "array";
  return undefined;
}

function numberFor(schema: JsonObject): number {
  const low = asNumber(schema["minimum"]);
  const above = asNumber(schema["exclusiveMinimum"]);
  const high = asNumber(schema["maximum"]) ?? asNumber(schema["exclusiveMaximum"]);
  const step = asNumber(schema["multipleOf"]);
  let value = low ?? (above === undefined ? undefined : above + 1) ??
    (high !== undefined && high < 1 ? high - 1 : 1);
  if (step !== undefined && step > 0) value = Math.ceil(value / step) * step;
  return value;
}

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  time: "00:00:00Z",
  email: "someone@example.com",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function textFor(schema: JsonObject, name: string): string {
  const format = FORMATS[asText(schema["format"]) ?? ""];
  if (format !== undefined) return format;
  const min = asNumber(schema["minLength"]) ?? 0;
  const max = asNumber(schema["maxLength"]) ?? Infinity;
  return `sample ${name}`.padEnd(min, ".").slice(0, max);
}
