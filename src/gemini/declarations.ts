import { isObject, type JsonObject } from "../core/mod.ts";
import { MAX_ITEMS_BUDGET, maxItemsTotal, toJsonSchemaSink } from "./schema/mod.ts";
import type { FunctionDeclaration } from "./wire.ts";

/** A function tool, named for Gemini, with the schema as the client sent it. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  readonly schema?: unknown;
}

/** Functions in Gemini's form. */
export interface DeclaredFunctions {
  readonly declarations: readonly FunctionDeclaration[];
  /** Names of functions whose arguments are no object, so that they travel under `value`. */
  readonly wrapped: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

/** Declares functions with their JSON Schema as Gemini takes it; of two with one name the last counts. */
export function declareFunctions(tools: readonly ToolDefinition[]): DeclaredFunctions {
  const distinct = [...new Map(tools.map((tool) => [tool.name, tool])).values()];
  const total = distinct.reduce((sum, { schema }) => sum + maxItemsTotal(schema), 0);
  const warnings = new Set<string>();
  const wrapped = new Set<string>();
  const declarations = distinct.map((tool): FunctionDeclaration => {
    const parameters = parametersOf(tool, total > MAX_ITEMS_BUDGET, { warnings, wrapped });
    return {
      name: tool.name,
      ...(tool.description ? { description: tool.description } : {}),
      ...(parameters === undefined ? {} : { parametersJsonSchema: parameters }),
    };
  });
  return { declarations, wrapped, warnings: [...warnings] };
}

/** A tool without properties is declared without parameters: older hosts refuse an empty object. */
function parametersOf(
  { name, schema }: ToolDefinition,
  dropLargeBounds: boolean,
  { warnings, wrapped }: { readonly warnings: Set<string>; readonly wrapped: Set<string> },
): JsonObject | undefined {
  if (!isObject(schema) || Object.keys(schema).length === 0) return undefined;
  const converted = toJsonSchemaSink(schema, { dropLargeBounds });
  for (const warning of converted.warnings) warnings.add(warning);
  const root = converted.schema;
  if (isEmptyObject(root)) return undefined;
  const type = root["type"];
  if (type === "object") return root;
  if (Array.isArray(type) && type.includes("object")) return { ...root, type: "object" };
  warnings.add(`The arguments of ${name} are no object; they travel to Google and back under "value".`);
  wrapped.add(name);
  const { $defs, ...value } = root;
  return {
    type: "object",
    properties: { value },
    required: ["value"],
    ...($defs === undefined ? {} : { $defs }),
  };
}

/** The arguments of a function whose schema was wrapped, in Gemini's form. */
export function wrapArguments(args: JsonObject): JsonObject {
  return Object.keys(args).join() === "value" ? args : { value: args };
}

const EMPTY_KEYWORDS = new Set([
  "type",
  "properties",
  "required",
  "additionalProperties",
  "description",
  "title",
]);

function isEmptyObject(schema: JsonObject): boolean {
  const { properties } = schema;
  if (isObject(properties) && Object.keys(properties).length > 0) return false;
  return Object.keys(schema).every((keyword) => EMPTY_KEYWORDS.has(keyword)) &&
    (schema["type"] === "object" || schema["type"] === undefined) &&
    !isObject(schema["additionalProperties"]);
}
