import type { ModelCapabilities, Tool } from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import { type ToolFields, toolFields } from "../tool_fields.ts";
import { decodeToolChoice } from "./decode_tool_choice.ts";
import type { DecodedTools } from "./decode_tools.ts";

/** The tools and the choice among them, as far as the model takes them. */
export function toolRequest(
  decoded: DecodedTools,
  toolChoice: unknown,
  capabilities: ModelCapabilities,
  fields: FieldReader,
): ToolFields {
  const calling = decodeToolChoice(toolChoice, decoded, fields);
  const hosted: Tool[] = [
    ...(decoded.webSearch ? [{ googleSearch: {} }] : []),
    ...(decoded.codeExecution ? [{ codeExecution: {} }] : []),
    ...(decoded.urlContext ? [{ urlContext: {} }] : []),
  ];
  const { functions } = decoded;
  const offered = { functions, hosted, ...(calling === undefined ? {} : { calling }) };
  const asked = toolFields(offered, capabilities);
  return { ...asked, warnings: [...decoded.warnings, ...asked.warnings] };
}
