import { isObject } from "../../core/mod.ts";

type Node = Record<string, unknown>;

/** Longest rule that is put into words; a longer one would say little to a model. */
const MAX_RULE = 300;

/** Keywords of which Gemini's schema has a counterpart (ai.google.dev/api/caching#Schema and responseJsonSchema). */
export const READ = new Set(
  ("type format title description minItems maxItems minimum maximum minLength maxLength minProperties maxProperties " +
    "pattern default propertyOrdering example examples").split(" "),
);

/** Keywords without meaning for the value, or already handled. */
const SILENT = new Set(
  ("$schema $id $anchor $dynamicAnchor $recursiveAnchor $comment $vocabulary $defs definitions id nullable readOnly " +
    "writeOnly deprecated encrypted discriminator xml externalDocs then else minContains maxContains unevaluatedProperties " +
    "unevaluatedItems optional strict").split(" "),
);

/** Rules that Gemini does not read, in words. */
const WORDS: Readonly<Record<string, (value: unknown, node: Node) => string>> = {
  exclusiveMinimum: (value) => `greater than ${value}`,
  exclusiveMaximum: (value) => `less than ${value}`,
  multipleOf: (value) => `a multiple of ${value}`,
  uniqueItems: (value) => value === true ? "no two items are equal" : "",
  not: (value) => `not: ${rule(value)}`,
  if: (value, node) => conditionWords(value, node),
  contains: (value) => `contains: ${rule(value)}`,
  propertyNames: (value) => `keys: ${rule(value)}`,
  patternProperties: (value) => `by key pattern: ${rule(value)}`,
  dependentRequired: (value) => `needed together: ${rule(value)}`,
  dependentSchemas: (value) => `depending on keys: ${rule(value)}`,
  dependencies: (value) => `depending on keys: ${rule(value)}`,
  contentEncoding: (value) => `encoding: ${rule(value)}`,
  contentMediaType: (value) => `media type: ${rule(value)}`,
};

/** The description of a keyword that is not sent; undefined for one without meaning. */
export function wordsFor(keyword: string, value: unknown, node: Node): string | undefined {
  const words = Object.hasOwn(WORDS, keyword) ? WORDS[keyword] : undefined;
  return words === undefined ? undefined : words(value, node);
}

/** True for a keyword that may be dropped without a warning. */
export function isSilent(keyword: string): boolean {
  return SILENT.has(keyword) || keyword.startsWith("x-");
}

/** Adds a sentence to the description, where a rule must be told in words. */
export function describeRule(out: Node, words: string): void {
  if (words === "") return;
  const described = typeof out["description"] === "string" ? out["description"] + " " : "";
  out["description"] = `${described}(${words})`;
}

export function rule(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  return text.length > MAX_RULE ? `${text.slice(0, MAX_RULE).toWellFormed()}...` : text;
}

function conditionWords(condition: unknown, node: Node): string {
  const branches = ["then", "else"].flatMap((keyword) =>
    isObject(node[keyword]) ? [`${keyword} ${rule(node[keyword])}`] : []
  );
  return branches.length === 0 ? "" : `if ${rule(condition)} ${branches.join(" ")}`;
}

/** The JSON Schema type of a value. */
export function typeOfValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
