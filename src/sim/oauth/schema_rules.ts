import { isObject } from "../../core/mod.ts";

/** Keywords that Antigravity's schema knows. */
const KNOWN = new Set(["type", "description", "enum", "nullable", "properties", "required", "items"]);
const TYPES = new Set(["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"]);

/** The first keyword that Antigravity does not take, with its place; undefined for a clean schema. */
export function schemaProblem(
  schema: unknown,
  at: string,
): { readonly name: string; readonly at: string } | undefined {
  if (schema === undefined) return undefined;
  if (!isObject(schema)) return { name: "schema", at };
  const stranger = Object.keys(schema).find((name) => !KNOWN.has(name));
  if (stranger !== undefined) return { name: stranger, at };
  if (!TYPES.has(String(schema["type"]).toUpperCase())) return { name: "type", at };
  const { properties, items, required } = schema;
  if (
    Array.isArray(required) &&
    required.some((name) => !isObject(properties) || !Object.hasOwn(properties, name))
  ) {
    return { name: "required", at };
  }
  if (schema["type"] === "ARRAY" && items === undefined) return { name: "items", at };
  const inner = isObject(properties) ? Object.entries(properties) : [];
  for (const [name, one] of inner) {
    const problem = schemaProblem(one, `${at}.properties[${name}]`);
    if (problem !== undefined) return problem;
  }
  return items === undefined ? undefined : schemaProblem(items, `${at}.items`);
}
