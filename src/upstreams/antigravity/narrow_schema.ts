import { isObject, type JsonObject } from "../../core/mod.ts";
import { toProtoSchema } from "../../gemini/mod.ts";

type Node = Record<string, unknown>;

/** Rules that Antigravity does not take and that are told in words instead. */
const TOLD = [
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "pattern",
  "format",
  "default",
] as const;

/** Branches of a union by how much they say. */
const RANK = ["NULL", "BOOLEAN", "INTEGER", "NUMBER", "STRING", "ARRAY", "OBJECT"];

/** Added to objects without a property, which Claude's side refuses; taken out of the arguments again. */
export const PLACEHOLDER = "_placeholder";

/**
 * Converts any JSON Schema to the narrow one of Antigravity: type, description, enum, nullable, properties, required, items.
 * Unions become their richest branch; bounds are told in the description. Never fails.
 */
export function toNarrowSchema(schema: unknown): JsonObject {
  return narrow(toProtoSchema(schema).schema as Node) as JsonObject;
}

/** Parameters of a function for Claude: an object with at least one property. */
export function toClaudeParameters(schema: unknown): JsonObject {
  const converted = narrow(toProtoSchema(schema ?? { type: "object" }).schema as Node);
  const properties = isObject(converted["properties"]) ? converted["properties"] : {};
  if (converted["type"] === "OBJECT" && Object.keys(properties).length > 0) return converted as JsonObject;
  const placeholder = { type: "BOOLEAN", description: "Leave this out." };
  return { type: "OBJECT", properties: { [PLACEHOLDER]: placeholder } };
}

function narrow(schema: Node): Node {
  const node = bestBranch(schema);
  const type = typeOf(node);
  const description = describe(node);
  return {
    type,
    ...(description === "" ? {} : { description }),
    ...(node["nullable"] === true ? { nullable: true } : {}),
    ...(type === "STRING" && Array.isArray(node["enum"]) ? { enum: node["enum"].map(String) } : {}),
    ...(type === "OBJECT" ? objectFields(node) : {}),
    ...(type === "ARRAY"
      ? { items: isObject(node["items"]) ? narrow(node["items"]) : { type: "STRING" } }
      : {}),
  };
}

function objectFields(node: Node): Node {
  if (!isObject(node["properties"])) return {};
  const properties = Object.fromEntries(
    Object.entries(node["properties"]).map(([name, one]) => [name, narrow(isObject(one) ? one : {})]),
  );
  const listed = Array.isArray(node["required"]) ? node["required"] : [];
  const required = listed.filter((name) => typeof name === "string" && Object.hasOwn(properties, name));
  return { properties, ...(required.length === 0 ? {} : { required }) };
}

function bestBranch(schema: Node): Node {
  const branches = Array.isArray(schema["anyOf"]) ? schema["anyOf"].filter(isObject) : [];
  if (branches.length === 0) return schema;
  const { anyOf: _, ...around } = schema;
  const best = branches.reduce((one, other) => rank(other) > rank(one) ? other : one);
  const nullable = branches.some((branch) => branch["type"] === "NULL" || branch["nullable"] === true);
  return bestBranch({ ...around, ...best, ...(nullable ? { nullable: true } : {}) });
}

const rank = (node: Node) => RANK.indexOf(typeOf(node));

function typeOf(node: Node): string {
  const { type } = node;
  if (typeof type === "string" && RANK.includes(type.toUpperCase())) return type.toUpperCase();
  if (Array.isArray(node["anyOf"])) return typeOf(bestBranch(node));
  return isObject(node["properties"]) ? "OBJECT" : isObject(node["items"]) ? "ARRAY" : "STRING";
}

function describe(node: Node): string {
  const own = typeof node["description"] === "string" ? node["description"] : "";
  const told = TOLD.filter((name) => node[name] !== undefined)
    .map((name) => `${name}: ${JSON.stringify(node[name])}`);
  return [own, told.length === 0 ? "" : `(${told.join(", ")})`].filter((text) => text !== "").join(" ");
}
