import { isObject } from "../../src/core/mod.ts";

/** Says whether a value is valid under a JSON Schema: the keywords that the property tests generate, by their definitions. */
export function isValid(value: unknown, schema: unknown, root: unknown = schema): boolean {
  if (typeof schema === "boolean") return schema;
  if (!isObject(schema)) return true;
  if (typeof schema["$ref"] === "string" && !isValid(value, target(root, schema["$ref"]), root)) return false;
  return typeHolds(value, schema) && membersHold(value, schema) && boundsHold(value, schema) &&
    combinationsHold(value, schema, root) && childrenHold(value, schema, root);
}

function target(root: unknown, ref: string): unknown {
  return ref.slice(2).split("/").reduce<unknown>((at, step) => isObject(at) ? at[step] : undefined, root);
}

function typeHolds(value: unknown, schema: Record<string, unknown>): boolean {
  const types = [schema["type"] ?? []].flat();
  return types.length === 0 || types.some((type) => hasType(value, type));
}

function hasType(value: unknown, type: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return Number.isInteger(value);
  const kind: string = typeof value;
  return kind === type;
}

function membersHold(value: unknown, schema: Record<string, unknown>): boolean {
  const text = JSON.stringify(value);
  if ("const" in schema && JSON.stringify(schema["const"]) !== text) return false;
  const members = schema["enum"];
  return !Array.isArray(members) || members.some((member) => JSON.stringify(member) === text);
}

function boundsHold(value: unknown, schema: Record<string, unknown>): boolean {
  const bound = (keyword: string, size: number, least: boolean) => {
    const limit = schema[keyword];
    return typeof limit !== "number" || (least ? size >= limit : size <= limit);
  };
  if (typeof value === "number") {
    const { exclusiveMinimum: low, exclusiveMaximum: high } = schema;
    return bound("minimum", value, true) && bound("maximum", value, false) &&
      (typeof low !== "number" || value > low) && (typeof high !== "number" || value < high);
  }
  if (typeof value === "string") {
    return bound("minLength", value.length, true) && bound("maxLength", value.length, false);
  }
  if (Array.isArray(value)) {
    return bound("minItems", value.length, true) && bound("maxItems", value.length, false);
  }
  return true;
}

function combinationsHold(value: unknown, schema: Record<string, unknown>, root: unknown): boolean {
  const count = (list: unknown) =>
    (list as unknown[]).filter((branch) => isValid(value, branch, root)).length;
  const { anyOf, oneOf, allOf } = schema;
  if (Array.isArray(anyOf) && count(anyOf) === 0) return false;
  if (Array.isArray(oneOf) && count(oneOf) !== 1) return false;
  return !Array.isArray(allOf) || count(allOf) === allOf.length;
}

function childrenHold(value: unknown, schema: Record<string, unknown>, root: unknown): boolean {
  if (Array.isArray(value)) {
    return value.every((entry) => schema["items"] === undefined || isValid(entry, schema["items"], root));
  }
  if (!isObject(value)) return true;
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return required.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, entry]) =>
      !Object.hasOwn(properties, name)
        ? schema["additionalProperties"] !== false
        : isValid(entry, properties[name], root)
    );
}
