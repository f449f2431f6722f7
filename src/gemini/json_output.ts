import { isObject, type Json } from "../core/mod.ts";
import type { ModelCapabilities } from "./model_family.ts";
import { MAX_ITEMS_BUDGET, maxItemsTotal, toJsonSchemaSink } from "./schema/mod.ts";
import type { GenerationConfig, Tool } from "./wire.ts";

/** How JSON output is requested: in the configuration, or as an instruction where tools forbid that. */
export interface JsonOutput {
  readonly config: Pick<GenerationConfig, "responseMimeType" | "responseJsonSchema">;
  /** For the system instruction. */
  readonly instruction?: string;
  readonly warnings: readonly string[];
}

export interface JsonOutputOptions {
  readonly capabilities: ModelCapabilities;
  /** Of the same request: their bounds count together with those of the format. */
  readonly tools: readonly Tool[];
}

/**
 * Asks for JSON, by `schema` when there is one. Models that refuse JSON, alone or with function tools, get an instruction.
 */
export function jsonOutput(
  schema: unknown,
  options: JsonOutputOptions,
): JsonOutput {
  const items = maxItemsTotal(schema) + itemsIn(options.tools);
  const converted = isObject(schema) && Object.keys(schema).length > 0
    ? toJsonSchemaSink(schema, { dropLargeBounds: items > MAX_ITEMS_BUDGET })
    : undefined;
  const warnings = converted?.warnings ?? [];
  const { jsonOutput: takesJson, toolsWithJson } = options.capabilities;
  const hasTools = options.tools.length > 0;
  if (takesJson && (!hasTools || toolsWithJson)) {
    const config = {
      responseMimeType: "application/json",
      ...(converted === undefined ? {} : { responseJsonSchema: converted.schema as Json }),
    };
    return { config, warnings };
  }
  return {
    config: {},
    instruction: jsonInstruction(converted?.schema),
    warnings: [
      ...warnings,
      `This model takes no JSON format${
        takesJson ? " together with tools" : ""
      }; the format was stated in the system instruction.`,
    ],
  };
}

function itemsIn(tools: readonly Tool[]): number {
  return tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations)
    .reduce((sum, { parametersJsonSchema }) => sum + maxItemsTotal(parametersJsonSchema), 0);
}

/** The same request as an instruction. */
export function jsonInstruction(schema: Json | undefined): string {
  const rule = schema === undefined ? "" : ` that is valid under this JSON Schema: ${JSON.stringify(schema)}`;
  return `When you give your final answer, reply with one JSON value${rule}. Write nothing before or after it.`;
}
