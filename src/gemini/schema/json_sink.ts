import { isObject, type JsonObject } from "../../core/mod.ts";
import { JsonConverter } from "./json_converter.ts";
import { eachSchema, isSchema, type SchemaNode } from "./walk.ts";

/** A schema ready to be sent, and warnings of what it could not express. */
export interface ConvertedSchema {
  readonly schema: JsonObject;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** Above this sum of `maxItems` over a request, Gemini answers a bare 400 (googleapis/python-genai#2170). */
export const MAX_ITEMS_BUDGET = 960;

/** A schema grows by conversion to at most this many times its size; very small ones to `LEAST_BYTES`. */
const MAX_GROWTH = 4;
const LEAST_BYTES = 256;

/** The largest size in characters that the conversion of a schema of that size may have. */
export function maxConvertedSize(size: number): number {
  return Math.max(LEAST_BYTES, MAX_GROWTH * size);
}

/**
 * Prepares any JSON Schema for `parametersJsonSchema` or `responseJsonSchema`. References of every kind point into `$defs`
 * and are never unrolled; `allOf` is merged; shapes that Gemini refuses are repaired; keywords that it does not read become
 * ones that it reads, or words in the description with a warning. The result is at most `maxConvertedSize` long.
 */
export function toJsonSchemaSink(
  schema: unknown,
  options: { readonly dropLargeBounds?: boolean } = {},
): ConvertedSchema {
  const root: SchemaNode = isSchema(schema) ? schema : {};
  const text = JSON.stringify(root);
  const key = options.dropLargeBounds === true ? `-${text}` : text;
  const known = recent.get(key);
  if (known !== undefined) return known;
  const converted = convert(root, text.length, options);
  remember(key, converted);
  return converted;
}

/** Cache: agents send the same tools with every turn, and a schema always has the same result, which nobody changes. */
const recent = new Map<string, ConvertedSchema>();
let recentSize = 0;
/** Characters of schemas whose conversion is kept, in all and of one. */
const MOST_KEPT = 4_000_000;
const LONGEST_KEPT = 200_000;

function remember(key: string, converted: ConvertedSchema): void {
  if (key.length > LONGEST_KEPT) return;
  recent.set(key, converted);
  recentSize += key.length;
  for (const oldest of recent.keys()) {
    if (recentSize <= MOST_KEPT) return;
    recent.delete(oldest);
    recentSize -= oldest.length;
  }
}

function convert(
  root: SchemaNode,
  size: number,
  options: { readonly dropLargeBounds?: boolean },
): ConvertedSchema {
  const full = new JsonConverter(root, { ...options, mergeBudget: 2 * size, words: true });
  const converted = full.convert();
  if (JSON.stringify(converted).length <= maxConvertedSize(size)) {
    return { schema: converted, warnings: full.warnings };
  }
  const frugal = new JsonConverter(root, { ...options, mergeBudget: 0, words: false });
  const smaller = frugal.convert();
  const warnings = [...frugal.warnings, "Rules of a schema that would have grown too large were left out."];
  if (JSON.stringify(smaller).length <= maxConvertedSize(size)) return { schema: smaller, warnings };
  return { schema: { type: "object" }, warnings: ["A schema that would have grown too large was left out."] };
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
