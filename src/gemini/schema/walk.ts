import { isObject } from "../../core/mod.ts";

/** A JSON Schema as it came: an object, or `true`/`false`. */
export type SchemaNode = Record<string, unknown> | boolean;

const MAPS = new Set(["properties", "$defs", "definitions", "patternProperties", "dependentSchemas"]);
const LISTS = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const SINGLES = new Set([
  "items",
  "additionalProperties",
  "additionalItems",
  "not",
  "if",
  "then",
  "else",
  "contains",
  "propertyNames",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

/** Deeper schemas are cut: no model serves them and recursion must end. */
const MAX_SCHEMA_DEPTH = 60;

export function isSchema(value: unknown): value is SchemaNode {
  return isObject(value) || typeof value === "boolean";
}

/**
 * Rebuilds a schema with `change` applied to every schema in it, children first. Only positions that hold schemas are
 * walked: a property named `pattern` or an enum value that looks like a schema is data. `change` may return undefined to
 * leave a schema out.
 */
export function mapSchemas(
  node: SchemaNode,
  change: (node: SchemaNode) => SchemaNode | undefined,
  depth = 0,
): SchemaNode | undefined {
  if (typeof node === "boolean" || depth > MAX_SCHEMA_DEPTH) {
    return change(depth > MAX_SCHEMA_DEPTH ? true : node);
  }
  const next = (child: unknown) => isSchema(child) ? mapSchemas(child, change, depth + 1) : child;
  const copy: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(node)) {
    const mapped = mapKeyword(keyword, value, next);
    if (mapped !== undefined) copy[keyword] = mapped;
  }
  return change(copy);
}

function mapKeyword(keyword: string, value: unknown, next: (child: unknown) => unknown): unknown {
  if (MAPS.has(keyword) && isObject(value)) return mapValues(value, next);
  // A boolean there is a rule (`additionalProperties: false`), not a schema that may be left out.
  if (SINGLES.has(keyword) && !Array.isArray(value)) return typeof value === "boolean" ? value : next(value);
  if ((LISTS.has(keyword) || keyword === "items") && Array.isArray(value)) {
    return value.map(next).filter((child) => child !== undefined);
  }
  return value;
}

/** A copy with each value changed; undefined leaves the entry out. Safe for entries named `__proto__`. */
function mapValues(
  map: Record<string, unknown>,
  change: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(map)) {
    const changed = change(value, key);
    if (changed !== undefined) entries.push([key, changed]);
  }
  return Object.fromEntries(entries);
}
