import { isObject } from "../../core/mod.ts";
import type { ToolConfig } from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import { ownTool } from "./client_tools.ts";
import { type DecodedTools, toolKey } from "./decode_tools.ts";

type Calling = NonNullable<ToolConfig["functionCallingConfig"]>;

/** `validated` is no value of OpenAI's, but some agents send it. */
const MODES: Readonly<Record<string, Calling["mode"] | undefined>> = {
  none: "NONE",
  required: "ANY",
  validated: "VALIDATED",
};

/** tool_choice in Gemini's words; undefined leaves the choice to the model. */
export function decodeToolChoice(
  value: unknown,
  tools: DecodedTools,
  fields: FieldReader,
): Calling | undefined {
  if (value === undefined || value === null || value === "auto") return undefined;
  if (typeof value === "string") {
    const mode = MODES[value];
    if (mode !== undefined) return { mode };
    fields.refuse("tool_choice", `Invalid tool_choice: ${value}. Use auto, none, required or a tool.`);
    return undefined;
  }
  const choice = fields.object(value, "tool_choice");
  if (choice.type === "allowed_tools") return allowed(choice, tools, fields);
  if (ownTool(choice.type) !== undefined) return knownOwn(String(choice.type), tools);
  if (choice.type !== "function" && choice.type !== "custom") return undefined;
  const name = known(choice, "tool_choice", tools, fields);
  return name === undefined ? undefined : { mode: "ANY", allowedFunctionNames: [name] };
}

function knownOwn(type: string, tools: DecodedTools): Calling | undefined {
  const name = tools.names.toGemini(type);
  return tools.clientTools.has(name) ? { mode: "ANY", allowedFunctionNames: [name] } : undefined;
}

function allowed(
  choice: Record<string, unknown>,
  tools: DecodedTools,
  fields: FieldReader,
): Calling | undefined {
  const names = fields.list(choice.tools, "tool_choice.tools").flatMap((entry, index) => {
    if (!isObject(entry) || (entry.type !== "function" && entry.type !== "custom")) return [];
    return known(entry, `tool_choice.tools[${index}]`, tools, fields) ?? [];
  });
  if (names.length === 0) return choice.mode === "required" ? { mode: "ANY" } : undefined;
  return { mode: choice.mode === "required" ? "ANY" : "VALIDATED", allowedFunctionNames: names };
}

function known(
  tool: Record<string, unknown>,
  at: string,
  tools: DecodedTools,
  fields: FieldReader,
): string | undefined {
  const name = fields.string(tool.name, `${at}.name`);
  const namespace = fields.optionalString(tool.namespace, `${at}.namespace`);
  const geminiName = tools.names.toGemini(toolKey(name, namespace));
  if (tools.clientTools.has(geminiName)) return geminiName;
  fields.refuse(`${at}.name`, `tool_choice names the tool '${name}', which is not in tools.`);
  return undefined;
}
