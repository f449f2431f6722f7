import { isObject } from "../../core/mod.ts";
import { isSchema } from "./walk.ts";

type Node = Record<string, unknown>;

/** JSON Schema's type names, and what people and generators write instead. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ...["string", "number", "integer", "boolean", "object", "array", "null"].map((type) =>
    [type, type] as const
  ),
  ["str", "string"],
  ["text", "string"],
  ["date", "string"],
  ["datetime", "string"],
  ["file", "string"],
  ["enum", "string"],
  ["int", "integer"],
  ["long", "integer"],
  ["float", "number"],
  ["double", "number"],
  ["decimal", "number"],
  ["bool", "boolean"],
  ["dict", "object"],
  ["map", "object"],
  ["list", "array"],
  ["tuple", "array"],
  ["none", "null"],
  ["undefined", "null"],
]);

const TEXTS = new Set(["title", "description", "format", "pattern"]);
const COUNTS = new Set([
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "minProperties",
  "maxProperties",
  "minimum",
  "maximum",
]);
const UNIONS = new Set(["anyOf", "oneOf", "allOf"]);

/**
 * A copy of one schema in which every keyword has the shape that JSON Schema gives it: type names folded, tuples of draft 7
 * as `prefixItems`, `const` as an enum of one, `required: true` of draft 3 with its parent, and what cannot be understood
 * left out. Schemas inside it are not looked at, but a property that is none becomes one.
 */
export function tidySchema(node: Node): Node {
  const tidy: Node = {};
  for (const keyword in node) {
    const value = tidyKeyword(keyword, node[keyword]);
    if (value !== undefined && keyword !== "__proto__") tidy[keyword] = value;
  }
  tidyTuple(node, tidy);
  tidyRequired(node, tidy);
  if ("const" in node) {
    delete tidy["const"];
    tidy["enum"] = [node["const"]];
  }
  const reference = tidy["$dynamicRef"] ?? tidy["$recursiveRef"];
  delete tidy["$dynamicRef"];
  delete tidy["$recursiveRef"];
  if (typeof reference === "string" && tidy["$ref"] === undefined) tidy["$ref"] = reference;
  return tidy;
}

function tidyKeyword(keyword: string, value: unknown): unknown {
  if (value === undefined || (value === null && keyword !== "default" && keyword !== "const")) {
    return undefined;
  }
  if (keyword === "type") return tidyType(value);
  if (TEXTS.has(keyword)) return typeof value === "string" ? value : undefined;
  if (COUNTS.has(keyword)) return tidyNumber(value);
  if (UNIONS.has(keyword)) return tidyList(value);
  switch (keyword) {
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return typeof value === "boolean" ? undefined : tidyNumber(value);
    case "enum":
      return Array.isArray(value) && value.length > 0 ? value : undefined;
    case "properties":
      return isObject(value) ? tidyProperties(value) : undefined;
    case "items":
    case "additionalProperties":
      return Array.isArray(value) ? undefined : tidyChild(value);
    case "prefixItems":
      return tidyList(value);
    case "$ref":
    case "$dynamicRef":
    case "$recursiveRef":
      return typeof value === "string" ? value : undefined;
    case "$defs":
    case "definitions":
      return isObject(value) ? value : undefined;
    default:
      return value;
  }
}

/** One type name or several; undefined when none is known, as `any` and `unknown` say nothing. */
function tidyType(value: unknown): string | string[] | undefined {
  const names = [value].flat().flatMap((name) =>
    typeof name === "string" ? TYPES.get(name.toLowerCase()) ?? [] : []
  );
  const distinct = [...new Set(names)];
  return distinct.length > 1 ? distinct : distinct[0];
}

function tidyNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function tidyList(value: unknown): unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const schemas = value.map(tidyChild).filter((child) => child !== undefined);
  return schemas.length === 0 ? undefined : schemas;
}

/** A schema, also from a type name used as one, or undefined. */
function tidyChild(value: unknown): unknown {
  if (isSchema(value)) return value;
  const type = typeof value === "string" ? tidyType(value) : undefined;
  return type === undefined ? undefined : { type };
}

function tidyProperties(properties: Node): Node {
  const entries = Object.entries(properties);
  if (entries.every(([, child]) => isSchema(child))) return properties;
  return Object.fromEntries(entries.map(([name, child]) => [name, tidyChild(child) ?? {}]));
}

/** The tuple of draft 7 and earlier: `items` is a list, and `additionalItems` says what follows it. */
function tidyTuple({ items, additionalItems }: Node, tidy: Node): void {
  delete tidy["additionalItems"];
  if (!Array.isArray(items)) return;
  const members = tidyList(items);
  if (members === undefined) return;
  tidy["prefixItems"] = members;
  if (isSchema(additionalItems)) tidy["items"] = additionalItems;
}

function tidyRequired({ required, properties }: Node, tidy: Node): void {
  const names = Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
  const own = isObject(properties)
    ? Object.entries(properties).flatMap(([name, child]) =>
      isObject(child) && child["required"] === true ? [name] : []
    )
    : [];
  const all = [...new Set([...names, ...own])];
  delete tidy["required"];
  if (all.length > 0) tidy["required"] = all;
}
