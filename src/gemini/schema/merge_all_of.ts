import { isObject } from "../../core/mod.ts";

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
