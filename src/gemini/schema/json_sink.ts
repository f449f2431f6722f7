import { isObject, type JsonObject } from "../../core/mod.ts";
import { refName, resolveRef } from "./resolve_ref.ts";
import { eachSchema, mapSchemas, type SchemaNode } from "./walk.ts";

/** A schema ready to be sent, and what it could not say. */
export interface ConvertedSchema {
  readonly schema: JsonObject;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** Above this sum of `maxItems` over a request, Gemini answers a bare 400 (googleapis/python-genai#2170). */
export const MAX_ITEMS_BUDGET = 960;
const LARGE_MAX_ITEMS = 50;
const MAX_INLINED = 200;

/**
 * Prepares a schema for `parametersJsonSchema` or `responseJsonSchema`, which take raw JSON Schema: `$schema` goes, a
 * `$ref` beside other keywords is wrapped (ai.google.dev, structured output), `definitions` become `$defs`, references
 * to other places are inlined, and large `maxItems` go when `dropLargeBounds` says that the budget is spent.
 */
export function toJsonSchemaSink(
  schema: unknown,
  options: { readonly dropLargeBounds?: boolean } = {},
): ConvertedSchema {
  const warnings = new Set<string>();
  const root: SchemaNode = isObject(schema) ? schema : {};
  const budget = { left: MAX_INLINED };
  const change = (node: SchemaNode): SchemaNode | undefined => {
    if (typeof node === "boolean") return node ? {} : undefined;
    const kept = withoutUnknown(node);
    const copy = options.dropLargeBounds === true ? withoutLargeBounds(kept, warnings) : kept;
    return "$ref" in copy ? changeRef(copy, { root, budget, change, warnings }) : copy;
  };
  const prepared = mapSchemas(root, change) as Record<string, unknown>;
  return { schema: moveDefinitions(prepared) as JsonObject, warnings: [...warnings] };
}

/** The sum of all `maxItems` in a schema. */
export function maxItemsTotal(schema: unknown): number {
  let total = 0;
  if (isObject(schema)) {
    eachSchema(schema, ({ maxItems }) => {
      if (typeof maxItems === "number") total += maxItems;
    });
  }
  return total;
}

/**
 * The node without what Gemini does not know, or the node itself. Never by `delete`: of a request with one object that has
 * lost a member so, JSON.stringify takes three times as long (measured).
 */
function withoutUnknown(node: Record<string, unknown>): Record<string, unknown> {
  const { $schema, exclusiveMinimum, exclusiveMaximum } = node;
  if (
    $schema === undefined && typeof exclusiveMinimum !== "boolean" && typeof exclusiveMaximum !== "boolean"
  ) {
    return node;
  }
  const kept: Record<string, unknown> = {};
  for (const keyword in node) {
    const dated = (keyword === "exclusiveMinimum" || keyword === "exclusiveMaximum") &&
      typeof node[keyword] === "boolean";
    if (keyword !== "$schema" && !dated) kept[keyword] = node[keyword];
  }
  return kept;
}

function withoutLargeBounds(node: Record<string, unknown>, warnings: Set<string>): Record<string, unknown> {
  const { maxItems, ...rest } = node;
  if (typeof maxItems !== "number" || maxItems <= LARGE_MAX_ITEMS) return node;
  const told = typeof rest["description"] === "string" ? rest["description"] + " " : "";
  warnings.add("Large maxItems bounds were sent as descriptions, as Gemini limits their sum.");
  return { ...rest, description: `${told}(at most ${maxItems} items)` };
}

interface RefContext {
  readonly root: SchemaNode;
  readonly budget: { left: number };
  readonly change: (node: SchemaNode) => SchemaNode | undefined;
  readonly warnings: Set<string>;
}

function changeRef(node: Record<string, unknown>, context: RefContext): SchemaNode {
  const { $ref: ref, ...siblings } = node;
  const target = changedTarget(ref, context);
  const plain = Object.keys(siblings).filter((keyword) => !keyword.startsWith("$"));
  if (plain.length === 0) return { ...siblings, ...target };
  if ("$ref" in target) {
    return "anyOf" in siblings
      ? { ...siblings, allOf: [...listOf(siblings["allOf"]), target] }
      : { ...siblings, anyOf: [target] };
  }
  return { ...target, ...siblings };
}

function changedTarget(ref: unknown, context: RefContext): Record<string, unknown> {
  const { root, budget, warnings } = context;
  if (
    typeof ref === "string" && /^#\/(\$defs|definitions)\/[^/]+$/.test(ref) &&
    resolveRef(root, ref) !== undefined
  ) {
    return { $ref: ref.replace("#/definitions/", "#/$defs/") };
  }
  const target = ref === "#" ? undefined : resolveRef(root, ref);
  if (target === undefined || budget.left <= 0) {
    warnings.add(`The reference to ${refName(ref)} was sent as any value, as it cannot be resolved.`);
    return { description: `(${refName(ref)})`, ...(ref === "#" ? { type: "object" } : {}) };
  }
  budget.left -= 1;
  const inlined = mapSchemas(target, context.change);
  return typeof inlined === "object" ? inlined : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function moveDefinitions(node: Record<string, unknown>): Record<string, unknown> {
  if (!isObject(node["definitions"])) return node;
  const { definitions, ...rest } = node;
  const known = isObject(rest["$defs"]) ? rest["$defs"] : {};
  return { ...rest, $defs: { ...(definitions as Record<string, unknown>), ...known } };
}
