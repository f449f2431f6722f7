import type { ModelCapabilities, Tool, ToolConfig } from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import { type ToolFields, toolFields } from "../tool_fields.ts";
import type { DecodedTools } from "./decode_tools.ts";

export interface ToolRequest extends ToolFields {
  readonly oneToolCall: boolean;
}

/** The tools and the choice among them, as far as the model takes them. */
export function toolRequest(
  decoded: DecodedTools,
  toolChoice: unknown,
  capabilities: ModelCapabilities,
  fields: FieldReader,
): ToolRequest {
  const { calling, hosted, oneToolCall } = decodeChoice(toolChoice, decoded, fields);
  const asked = toolFields({
    // A forced server tool stands alone: the client wants that and nothing else.
    functions: hosted ? [] : decoded.functions,
    hosted: hostedTools(decoded),
    ...(calling === undefined ? {} : { calling }),
  }, capabilities);
  return { ...asked, oneToolCall, warnings: [...decoded.warnings, ...asked.warnings] };
}

function hostedTools(decoded: DecodedTools): readonly Tool[] {
  return [
    ...(decoded.webSearch ? [{ googleSearch: {} }] : []),
    ...(decoded.webFetch ? [{ urlContext: {} }] : []),
    ...(decoded.codeExecution ? [{ codeExecution: {} }] : []),
  ];
}

type Calling = NonNullable<ToolConfig["functionCallingConfig"]>;

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
