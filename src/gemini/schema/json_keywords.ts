import { isObject } from "../../core/mod.ts";
import { isSilent, READ, rule, typeOfValue, wordsFor } from "./keywords.ts";
import { isSchema, type SchemaNode } from "./walk.ts";

type Node = Record<string, unknown>;

/** Parts of the conversion that the keywords of one schema need. */
export interface KeywordContext {
  readonly options: { readonly dropLargeBounds?: boolean };
  readonly visit: (node: SchemaNode, depth: number) => Node | undefined;
  readonly warn: (sentence: string) => void;
  readonly describe: (out: Node, words: string, warning: string) => void;
}

const LARGE_MAX_ITEMS = 50;
const OBJECT_KEYWORDS = [
  "properties",
  "required",
  "additionalProperties",
  "propertyOrdering",
  "patternProperties",
];
const ARRAY_KEYWORDS = ["items", "prefixItems"];

/** Converts a tidy schema without `$ref` and `allOf`, keyword by keyword, in their order. */
export function convertKeywords(node: Node, depth: number, context: KeywordContext): Node {
  const out: Node = {};
  const types = typesOf(node);
  for (const keyword in node) {
    const value = node[keyword];
    if (keyword === "type") {
      if (types.length > 0) out["type"] = types.length === 1 ? types[0] : types;
    } else if (READ.has(keyword)) out[keyword] = value;
    else if (types.length > 0 && !types.includes("object") && OBJECT_KEYWORDS.includes(keyword)) continue;
    else if (types.length > 0 && !types.includes("array") && ARRAY_KEYWORDS.includes(keyword)) continue;
    else convertKeyword(keyword, value, { node, out, depth, context });
  }
  if (out["type"] === undefined && types.length > 0) out["type"] = types.length === 1 ? types[0] : types;
  applyEnum(node, out, context);
  applyBounds(node, out, context);
  applyRequired(node, out, context);
  applyArray(out, types);
  if (node["nullable"] === true) applyNullable(out);
  return out;
}

interface Place {
  readonly node: Node;
  readonly out: Node;
  readonly depth: number;
  readonly context: KeywordContext;
}

function convertKeyword(keyword: string, value: unknown, place: Place): void {
  const { node, out, depth, context } = place;
  switch (keyword) {
    case "properties":
      out["properties"] = convertMap(value, depth, context);
      return;
    case "items":
    case "additionalProperties":
      out[keyword] = typeof value === "boolean"
        ? value
        : context.visit(value as SchemaNode, depth + 1) ?? false;
      return;
    case "prefixItems":
      out["prefixItems"] = (value as SchemaNode[]).map((child) => context.visit(child, depth + 1) ?? {});
      return;
    case "anyOf":
    case "oneOf":
      return convertUnion(keyword, value as SchemaNode[], place);
    case "patternProperties":
      if (convertPatterns(value, place)) return;
      break;
    case "enum":
    case "required":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return;
  }
  const words = wordsFor(keyword, value, node);
  if (words !== undefined) {
    if (words !== "") {
      context.describe(out, words, `The schema rule "${keyword}" is sent in words, as Gemini has none such.`);
    }
  } else if (!isSilent(keyword)) {
    context.warn(`The schema keyword "${keyword.slice(0, 40)}" means nothing to Gemini and was left out.`);
  }
}

function convertMap(value: unknown, depth: number, context: KeywordContext): Node {
  const entries: [string, Node][] = [];
  for (const [name, child] of Object.entries(value as Node)) {
    const converted = isSchema(child) ? context.visit(child, depth + 1) : {};
    if (converted !== undefined) entries.push([name, converted]);
  }
  return Object.fromEntries(entries);
}

/** An object whose keys all follow one pattern is a map; its pattern is told in words. */
function convertPatterns(value: unknown, { node, out, depth, context }: Place): boolean {
  if (!isObject(value)) return true;
  const patterns = Object.entries(value);
  const [only] = patterns;
  if (patterns.length !== 1 || only === undefined || !isSchema(only[1])) return false;
  if (isObject(node["properties"]) || isObject(node["additionalProperties"])) return false;
  out["additionalProperties"] = context.visit(only[1], depth + 1) ?? false;
  context.describe(out, `keys match ${rule(only[0])}`, "A pattern of keys is sent in words.");
  return true;
}

/** Branches that only name required properties mean nothing to Gemini, and are described in words. */
function convertUnion(
  keyword: "anyOf" | "oneOf",
  branches: SchemaNode[],
  { out, node, depth, context }: Place,
): void {
  const said: string[] = [];
  const kept: Node[] = [];
  for (const branch of branches) {
    const bare = isObject(branch) && isObject(node["properties"]) && branch["properties"] === undefined &&
      Array.isArray(branch["required"]) && branch["$ref"] === undefined;
    if (bare) {
      said.push((branch["required"] as unknown[]).map(String).join(" and "));
      continue;
    }
    const converted = context.visit(branch, depth + 1);
    if (converted !== undefined) kept.push(converted);
  }
  if (said.length > 0) {
    context.describe(
      out,
      `needs ${said.join(", or ")}`,
      "Alternatives of required properties are sent in words.",
    );
  }
  if (kept.length > 0 && said.length === 0) out[keyword] = kept;
}

function typesOf(node: Node): string[] {
  const named = [node["type"]].flat().filter((type): type is string => typeof type === "string");
  if (named.length > 0) return named;
  const members = node["enum"];
  if (Array.isArray(members)) return [...new Set(members.map(typeOfValue))];
  if (node["anyOf"] !== undefined || node["oneOf"] !== undefined) return [];
  if (["properties", "required", "additionalProperties", "patternProperties"].some((key) => key in node)) {
    return ["object"];
  }
  return ARRAY_KEYWORDS.some((key) => key in node) ? ["array"] : [];
}

/** Gemini enumerates texts and numbers; anything else is described in words. */
function applyEnum(node: Node, out: Node, context: KeywordContext): void {
  const members = node["enum"];
  if (!Array.isArray(members)) return;
  const values = [...new Set(members.filter((member) => member !== null))];
  const plain = values.filter((member) =>
    typeof member === "number" || (typeof member === "string" && member !== "")
  );
  const empty = values.includes("");
  if (plain.length > 0 && plain.length === values.length - (empty ? 1 : 0)) {
    out["enum"] = plain;
    if (empty) context.describe(out, "or an empty text", "The empty text of an enum is sent in words.");
  } else if (values.length > 0 && !(values.includes(true) && values.includes(false) && values.length === 2)) {
    const words = `one of: ${values.map(rule).map((text) => text === "" ? '""' : text).join(", ")}`;
    context.describe(out, words, "An enum with values that Gemini cannot enumerate is sent in words.");
  }
}

function applyBounds(node: Node, out: Node, context: KeywordContext): void {
  const integer = out["type"] === "integer";
  const { exclusiveMinimum: above, exclusiveMaximum: below, maxItems } = node;
  if (typeof above === "number") {
    if (integer) out["minimum"] = Math.max(Math.floor(above) + 1, numberOr(out["minimum"], -Infinity));
    else context.describe(out, `greater than ${above}`, "An exclusive bound of a number is sent in words.");
  }
  if (typeof below === "number") {
    if (integer) out["maximum"] = Math.min(Math.ceil(below) - 1, numberOr(out["maximum"], Infinity));
    else context.describe(out, `less than ${below}`, "An exclusive bound of a number is sent in words.");
  }
  if (
    context.options.dropLargeBounds === true && typeof maxItems === "number" && maxItems > LARGE_MAX_ITEMS
  ) {
    delete out["maxItems"];
    context.describe(
      out,
      `at most ${maxItems} items`,
      "Large maxItems bounds were sent as descriptions, as Gemini limits their sum.",
    );
  }
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

/** Google refuses a required name that is no property. */
function applyRequired(node: Node, out: Node, context: KeywordContext): void {
  const required = node["required"];
  if (!Array.isArray(required) || (out["type"] !== undefined && ![out["type"]].flat().includes("object"))) {
    return;
  }
  const properties = isObject(out["properties"]) ? out["properties"] : {};
  const known = required.filter((name) => Object.hasOwn(properties, name));
  if (known.length > 0) out["required"] = known;
  const unknown = required.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  context.describe(
    out,
    `needs ${unknown.map(rule).join(", ")}`,
    "A required name without a property is sent in words.",
  );
}

/** Google refuses an array that does not say what it holds. */
function applyArray(out: Node, types: readonly string[]): void {
  if (!types.includes("array")) return;
  const members = out["prefixItems"];
  if (out["items"] === undefined) out["items"] = Array.isArray(members) ? shallowUnion(members) : {};
  if (Array.isArray(members) && members.length === 0) delete out["prefixItems"];
  if (out["items"] === true) out["items"] = {};
}

/** The types of a tuple's members, without their content. */
function shallowUnion(members: readonly unknown[]): Node {
  const kinds = new Set<string>();
  for (const member of members) {
    const type = isObject(member) ? member["type"] : undefined;
    if (typeof type !== "string") return {};
    kinds.add(type);
  }
  const shallow = [...kinds].map((type): Node => type === "array" ? { type, items: {} } : { type });
  return shallow.length === 1 ? shallow[0]! : shallow.length === 0 ? {} : { anyOf: shallow };
}

function applyNullable(out: Node): void {
  const types = [out["type"]].flat().filter((type) => typeof type === "string");
  if (types.length > 0) {
    if (!types.includes("null")) out["type"] = [...types, "null"];
    return;
  }
  for (const keyword of ["anyOf", "oneOf"]) {
    const branches = out[keyword];
    if (!Array.isArray(branches)) continue;
    if (!branches.some((branch) => isObject(branch) && branch["type"] === "null")) {
      branches.push({ type: "null" });
    }
    return;
  }
}
