import { isObject, type Json } from "../core/mod.ts";
import type { ModelCapabilities } from "./capabilities.ts";
import { MAX_ITEMS_BUDGET, maxItemsTotal, toJsonSchemaSink } from "./schema/mod.ts";
import type { GenerationConfig } from "./wire.ts";

/** How a wish for JSON is sent: in the configuration, or in words where tools forbid that. */
export interface JsonOutput {
  readonly config: Pick<GenerationConfig, "responseMimeType" | "responseJsonSchema">;
  /** For the system instruction. */
  readonly instruction?: string;
  readonly warnings: readonly string[];
}

/** Asks for JSON, by `schema` when there is one. Families that refuse JSON beside function tools are told in words. */
export function jsonOutput(
  schema: unknown,
  options: { readonly capabilities: ModelCapabilities; readonly hasTools: boolean },
): JsonOutput {
  const converted = isObject(schema) && Object.keys(schema).length > 0
    ? toJsonSchemaSink(schema, { dropLargeBounds: maxItemsTotal(schema) > MAX_ITEMS_BUDGET })
    : undefined;
  const warnings = converted?.warnings ?? [];
  if (!options.hasTools || options.capabilities.toolsWithJson) {
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
      "This model takes no JSON format together with tools; the format was stated in the system instruction.",
    ],
  };
}

/** The same wish in words. */
export function jsonInstruction(schema: Json | undefined): string {
  const rule = schema === undefined ? "" : ` that is valid under this JSON Schema: ${JSON.stringify(schema)}`;
  return `When you give your final answer, reply with one JSON value${rule}. Write nothing before or after it.`;
}
