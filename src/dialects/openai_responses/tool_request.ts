import { declareFunctions, type GeminiRequest, type ModelCapabilities, type Tool } from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import { decodeToolChoice } from "./decode_tool_choice.ts";
import type { DecodedTools } from "./decode_tools.ts";

export interface ToolRequest {
  readonly fields: Pick<GeminiRequest, "tools" | "toolConfig">;
  readonly hasFunctions: boolean;
  readonly warnings: readonly string[];
}

/** Puts functions and Google's own tools together as far as the model takes them together. */
export function toolRequest(
  decoded: DecodedTools,
  toolChoice: unknown,
  capabilities: ModelCapabilities,
  fields: FieldReader,
): ToolRequest {
  const calling = decodeToolChoice(toolChoice, decoded, fields);
  const warnings = [...decoded.warnings];
  if (!capabilities.tools) {
    if (decoded.functions.length > 0) warnings.push("This model takes no tools; they were left out.");
    return { fields: {}, hasFunctions: false, warnings };
  }
  const hasFunctions = decoded.functions.length > 0;
  const declared = declareFunctions(decoded.functions);
  const hosted: Tool[] = [
    ...(decoded.webSearch ? [{ googleSearch: {} }] : []),
    ...(decoded.codeExecution ? [{ codeExecution: {} }] : []),
  ];
  const mixes = !hasFunctions || capabilities.mixesBuiltInTools;
  if (!mixes && hosted.length > 0) {
    warnings.push("Web and code tools were left out: this model does not take them beside functions.");
  }
  const kept = mixes ? hosted : [];
  const tools: Tool[] = [...(hasFunctions ? [{ functionDeclarations: declared.declarations }] : []), ...kept];
  const config = {
    ...(hasFunctions && calling !== undefined ? { functionCallingConfig: calling } : {}),
    ...(hasFunctions && kept.length > 0 ? { includeServerSideToolInvocations: true } : {}),
  };
  return {
    fields: {
      ...(tools.length === 0 ? {} : { tools }),
      ...(Object.keys(config).length === 0 ? {} : { toolConfig: config }),
    },
    hasFunctions,
    warnings: [...warnings, ...declared.warnings],
  };
}
