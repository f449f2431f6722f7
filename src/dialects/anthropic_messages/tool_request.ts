import {
  declareFunctions,
  type GeminiRequest,
  type ModelCapabilities,
  type Tool,
  type ToolConfig,
} from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import type { DecodedTools } from "./decode_tools.ts";

/** The tool fields of a request, and whether function tools are in it. */
export interface ToolRequest {
  readonly fields: Pick<GeminiRequest, "tools" | "toolConfig">;
  readonly hasFunctions: boolean;
  readonly oneToolCall: boolean;
  readonly warnings: readonly string[];
}

/** Puts functions and Google's own tools together as far as the model takes them together. */
export function toolRequest(
  decoded: DecodedTools,
  toolChoice: unknown,
  capabilities: ModelCapabilities,
  fields: FieldReader,
): ToolRequest {
  const choice = decodeChoice(toolChoice, decoded, fields);
  const warnings = [...decoded.warnings];
  const offered = capabilities.tools ? decoded.functions : [];
  if (offered.length < decoded.functions.length) {
    warnings.push("This model takes no tools; they were left out.");
  }
  // A forced server tool stands alone: the client wants that and nothing else.
  const functions = choice.hosted ? [] : offered;
  const declared = declareFunctions(functions);
  const hosted = capabilities.tools ? hostedTools(decoded) : [];
  const mixes = functions.length === 0 || capabilities.mixesBuiltInTools;
  if (hosted.length > 0 && !mixes) {
    warnings.push("Web and code tools were left out: this model does not take them beside functions.");
  }
  const kept = mixes ? hosted : [];
  const tools: Tool[] = [
    ...(functions.length === 0 ? [] : [{ functionDeclarations: declared.declarations }]),
    ...kept,
  ];
  const config = toolConfig(choice.calling, functions.length > 0, kept.length > 0);
  return {
    fields: {
      ...(tools.length === 0 ? {} : { tools }),
      ...(config === undefined ? {} : { toolConfig: config }),
    },
    hasFunctions: functions.length > 0,
    oneToolCall: choice.oneToolCall,
    warnings: [...warnings, ...declared.warnings],
  };
}

function hostedTools(decoded: DecodedTools): readonly Tool[] {
  return [
    ...(decoded.webSearch ? [{ googleSearch: {} }] : []),
    ...(decoded.webFetch ? [{ urlContext: {} }] : []),
    ...(decoded.codeExecution ? [{ codeExecution: {} }] : []),
  ];
}

type Calling = NonNullable<ToolConfig["functionCallingConfig"]>;

function toolConfig(
  calling: Calling | undefined,
  functions: boolean,
  hosted: boolean,
): ToolConfig | undefined {
  const mixed = functions && hosted;
  const config = functions ? calling : undefined;
  if (config === undefined && !mixed) return undefined;
  return {
    ...(config === undefined ? {} : { functionCallingConfig: config }),
    ...(mixed ? { includeServerSideToolInvocations: true } : {}),
  };
}

interface Choice {
  readonly calling?: Calling;
  readonly hosted: boolean;
  readonly oneToolCall: boolean;
}

function decodeChoice(value: unknown, decoded: DecodedTools, fields: FieldReader): Choice {
  if (value === undefined || value === null) return { hosted: false, oneToolCall: false };
  const choice = fields.object(value, "tool_choice");
  const oneToolCall =
    fields.optionalBoolean(choice.disable_parallel_tool_use, "tool_choice.disable_parallel_tool_use") ===
      true;
  switch (choice.type) {
    case "auto":
      return { hosted: false, oneToolCall };
    case "any":
      return { calling: { mode: "ANY" }, hosted: false, oneToolCall };
    case "none":
      return { calling: { mode: "NONE" }, hosted: false, oneToolCall };
    case "tool":
      return { ...namedChoice(fields.string(choice.name, "tool_choice.name"), decoded, fields), oneToolCall };
    default:
      fields.refuse("tool_choice.type", "Invalid tool_choice.type. Use auto, any, tool or none.");
      return { hosted: false, oneToolCall };
  }
}

function namedChoice(name: string, decoded: DecodedTools, fields: FieldReader): Omit<Choice, "oneToolCall"> {
  const geminiName = decoded.names.toGemini(name);
  if (decoded.functions.some((tool) => tool.name === geminiName)) {
    return { calling: { mode: "ANY", allowedFunctionNames: [geminiName] }, hosted: false };
  }
  if ((name === "web_search" && decoded.webSearch) || (name === "web_fetch" && decoded.webFetch)) {
    return { hosted: true };
  }
  fields.refuse("tool_choice.name", `tool_choice names the tool '${name}', which is not in tools.`);
  return { hosted: false };
}
