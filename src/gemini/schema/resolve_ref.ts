import { isObject } from "../../core/mod.ts";
import { eachSchema, isSchema, type SchemaNode } from "./walk.ts";

/** Finds what the references of one schema point at. */
export interface RefResolver {
  /** The schema that a reference names; undefined when it names none here, or only itself. */
  resolve(ref: unknown): SchemaNode | undefined;
}

/** References that only lead to another reference are followed this far. */
const MAX_ALIASES = 16;

/** Resolves paths (`#/$defs/x`, `#/properties/x`, `#`), anchors (`#name`) and the `$id` of a schema inside the root. */
export function createRefResolver(root: SchemaNode): RefResolver {
  let named: Map<string, SchemaNode> | undefined;
  const direct = (ref: string): SchemaNode | undefined => {
    if (ref.startsWith("#")) {
      const found = resolvePath(root, ref.slice(1));
      if (found !== undefined) return found;
    }
    named ??= namedSchemas(root);
    const [id = "", fragment = ""] = ref.split("#", 2);
    const base = named.get(ref) ?? named.get(ref.replace(/^#/, "")) ?? named.get(id);
    return base === undefined || !fragment.startsWith("/") ? base : resolvePath(base, fragment);
  };
  return {
    resolve(ref) {
      let found = typeof ref === "string" ? direct(ref) : undefined;
      for (let step = 0; step < MAX_ALIASES; step++) {
        const next = aliasOf(found);
        if (next === undefined) return found;
        found = direct(next);
      }
      return undefined;
    },
  };
}

function aliasOf(node: SchemaNode | undefined): string | undefined {
  if (!isObject(node) || typeof node["$ref"] !== "string") return undefined;
  return Object.keys(node).every((keyword) => keyword.startsWith("$")) ? node["$ref"] : undefined;
}

function resolvePath(root: SchemaNode, pointer: string): SchemaNode | undefined {
  if (pointer === "" || pointer === "/") return root;
  if (!pointer.startsWith("/")) return undefined;
  let found: unknown = root;
  for (const step of pointer.split("/").slice(1)) {
    const name = unescape(step);
    if (Array.isArray(found)) found = found[Number(name)];
    else if (isObject(found) && Object.hasOwn(found, name)) found = found[name];
    else return undefined;
  }
  return isSchema(found) ? found : undefined;
}

/** Every schema that has a name of its own, by that name. */
function namedSchemas(root: SchemaNode): Map<string, SchemaNode> {
  const names = new Map<string, SchemaNode>();
  eachSchema(root, (node) => {
    for (const keyword of ["$anchor", "$dynamicAnchor", "$id", "id"]) {
      const name = node[keyword];
      if (typeof name !== "string" || name === "") continue;
      names.set(name.replace(/^#/, "").replace(/#$/, ""), node);
    }
  });
  return names;
}

/** The last step of a reference, for descriptions. */
export function refName(ref: unknown): string {
  return typeof ref === "string"
    ? unescape(ref.split("/").at(-1) ?? "").replace(/^#/, "") || "root"
    : "unknown";
}

function unescape(step: string): string {
  let text = step;
  try {
    text = decodeURIComponent(step);
  } catch {
    // A stray percent sign is literal.
  }
  return text.replaceAll("~1", "/").replaceAll("~0", "~");
}

type Node = Record<string, unknown>;

/** Merges the branches of `allOf` into the schema that holds them: properties united, bounds tightest, first type wins. */
export function mergeAllOf(base: Node, branches: readonly Node[], warn: (sentence: string) => void): Node {
  return branches.reduce((merged, branch) => mergeTwo(merged, constAsEnum(branch), warn), constAsEnum(base));
}

/** `const` as an enum of one, so that the two can meet; beside an enum that holds it, it is the narrower rule. */
function constAsEnum(schema: Node): Node {
  if (!("const" in schema)) return schema;
  const { const: value, ...rest } = schema;
  return { ...rest, enum: [value] };
}

function mergeTwo(first: Node, second: Node, warn: (sentence: string) => void): Node {
  const merged: Node = { ...first };
  for (const [keyword, value] of Object.entries(second)) {
    const old = merged[keyword];
    merged[keyword] = old === undefined ? value : mergeKeyword(keyword, old, value, warn);
  }
  return merged;
}

const TIGHTEST: Readonly<Record<string, (a: number, b: number) => number>> = {
  minimum: Math.max,
  exclusiveMinimum: Math.max,
  minLength: Math.max,
  minItems: Math.max,
  minProperties: Math.max,
  maximum: Math.min,
  exclusiveMaximum: Math.min,
  maxLength: Math.min,
  maxItems: Math.min,
  maxProperties: Math.min,
};

function mergeKeyword(
  keyword: string,
  old: unknown,
  value: unknown,
  warn: (sentence: string) => void,
): unknown {
  const tightest = TIGHTEST[keyword];
  if (tightest !== undefined && typeof old === "number" && typeof value === "number") {
    return tightest(old, value);
  }
  if (keyword === "properties" && isObject(old) && isObject(value)) return mergeProperties(old, value);
  if (keyword === "required" && Array.isArray(old) && Array.isArray(value)) {
    return [...new Set([...old, ...value])];
  }
  if (keyword === "description") return old === value ? old : `${String(old)} ${String(value)}`;
  if (keyword === "enum" && Array.isArray(old) && Array.isArray(value)) {
    const both = old.filter((member) => value.includes(member));
    if (both.length > 0) return both;
  }
  if (keyword === "type") return mergeTypes(old, value, warn);
  if (JSON.stringify(old) !== JSON.stringify(value)) {
    warn(`Of two different "${keyword}" rules joined by allOf, only the first is sent.`);
  }
  return old;
}

function mergeTypes(old: unknown, value: unknown, warn: (sentence: string) => void): unknown {
  const wanted = [value].flat();
  const both = [old].flat().filter((type) =>
    wanted.includes(type) || (type === "integer" && wanted.includes("number"))
  );
  if (both.length > 0) return both.length === 1 ? both[0] : both;
  if (old === "number" && value === "integer") return "integer";
  warn("Of two different types joined by allOf, only the first is sent.");
  return old;
}

/** A property that both sides describe must meet both. */
function mergeProperties(old: Node, value: Node): Node {
  const merged = new Map(Object.entries(old));
  for (const [name, schema] of Object.entries(value)) {
    const known = merged.get(name);
    merged.set(name, known === undefined ? schema : { allOf: [known, schema] });
  }
  return Object.fromEntries(merged);
}
