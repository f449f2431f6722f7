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
  for (const keyword in node) {
    const mapped = mapKeyword(keyword, node[keyword], next);
    // Not a keyword, and setting it would change the copy's prototype.
    if (mapped !== undefined && keyword !== "__proto__") copy[keyword] = mapped;
  }
  return change(copy);
}

function mapKeyword(keyword: string, value: unknown, next: (child: unknown) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (MAPS.has(keyword) && isObject(value)) return mapValues(value, next);
  // A boolean there is a rule (`additionalProperties: false`), not a schema that may be left out, and has gone by above.
  if (SINGLES.has(keyword) && !Array.isArray(value)) return next(value);
  if ((LISTS.has(keyword) || keyword === "items") && Array.isArray(value)) {
    return value.map(next).filter((child) => child !== undefined);
  }
  return value;
}

/** A copy with each value changed; undefined leaves the entry out. Safe for entries named `__proto__`. */
function mapValues(
  map: Record<string, unknown>,
  change: (value: unknown) => unknown,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key in map) {
    const changed = change(map[key]);
    if (changed === undefined) continue;
    if (key !== "__proto__") copy[key] = changed;
    else {
      Object.defineProperty(copy, key, {
        value: changed,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
  return copy;
}

/** Calls `see` with every schema in a schema, in the positions that mapSchemas walks. */
export function eachSchema(
  node: SchemaNode,
  see: (node: Record<string, unknown>) => void,
  depth = 0,
): void {
  if (typeof node === "boolean" || depth > MAX_SCHEMA_DEPTH) return;
  const next = (child: unknown) => {
    if (isSchema(child)) eachSchema(child, see, depth + 1);
  };
  for (const keyword in node) {
    const value = node[keyword];
    if (typeof value !== "object" || value === null) continue;
    if (MAPS.has(keyword) && isObject(value)) { for (const key in value) next(value[key]); }
    else if (Array.isArray(value)) {
      if (LISTS.has(keyword) || keyword === "items") value.forEach(next);
    } else if (SINGLES.has(keyword)) next(value);
  }
  see(node);
}
