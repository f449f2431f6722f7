import { isObject } from "../../core/mod.ts";
import { createToolNames, type ToolDefinition, type ToolNames } from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import { implicitTool } from "./implicit_tools.ts";

/** The tools of a request: functions that the client runs, and searches that Google can make in Anthropic's stead. */
export interface DecodedTools {
  readonly names: ToolNames;
  readonly functions: readonly ToolDefinition[];
  readonly webSearch: boolean;
  readonly webFetch: boolean;
  readonly codeExecution: boolean;
  readonly warnings: readonly string[];
}

type ClientTool = {
  readonly name: string;
  readonly description: string | undefined;
  readonly schema: unknown;
};

/** What Anthropic's own tools may be told, and Google's may not. */
const HOSTED_FIELDS = [
  "allowed_domains",
  "blocked_domains",
  "user_location",
  "max_uses",
  "max_content_tokens",
];

export function decodeTools(tools: unknown, fields: FieldReader): DecodedTools {
  const functions: ClientTool[] = [];
  const warnings = new Set<string>();
  const hosted = new Set<string>();
  fields.optionalList(tools, "tools").forEach((value, index) => {
    const at = `tools[${index}]`;
    const tool = asTool(fields.object(value, at));
    const type = fields.optionalString(tool.type, `${at}.type`) ?? "custom";
    const word = /^(web_search|web_fetch|code_execution)(_|$)/.exec(type)?.[1];
    const implicit = implicitTool(type);
    if (word !== undefined) {
      hosted.add(word);
      for (const field of HOSTED_FIELDS) {
        if (tool[field] !== undefined && tool[field] !== null) {
          warnings.add(`${field} of ${type} was left out: Google's tool has no such setting.`);
        }
      }
    } else if (type === "custom") functions.push(customTool(tool, at, fields));
    else if (implicit !== undefined) {
      functions.push({ name: fields.string(tool.name, `${at}.name`), ...implicit });
    } else warnings.add(`The tool ${type} was left out: Gemini has no counterpart.`);
  });
  const names = createToolNames(functions.map(({ name }) => name));
  return {
    names,
    functions: functions.map((tool) => named(tool, names)),
    webSearch: hosted.has("web_search"),
    webFetch: hosted.has("web_fetch"),
    codeExecution: hosted.has("code_execution"),
    warnings: [...warnings],
  };
}

/** A function in OpenAI's form, which some clients send here, as one of Anthropic's. */
function asTool(tool: Record<string, unknown>): Record<string, unknown> {
  const inner = isObject(tool.function) ? tool.function : tool.type === "function" ? tool : undefined;
  if (inner === undefined) return tool;
  return { name: inner.name, description: inner.description, input_schema: inner.parameters };
}

function customTool(tool: Record<string, unknown>, at: string, fields: FieldReader): ClientTool {
  const name = fields.string(tool.name, `${at}.name`);
  if (tool.name === "") fields.refuse(`${at}.name`, `The name at ${at}.name must not be empty.`);
  const schema = tool.input_schema === undefined
    ? undefined
    : fields.object(tool.input_schema, `${at}.input_schema`);
  return { name, description: fields.optionalString(tool.description, `${at}.description`), schema };
}

function named(tool: ClientTool, names: ToolNames): ToolDefinition {
  const { description } = tool;
  return {
    name: names.toGemini(tool.name),
    schema: tool.schema,
    ...(description === undefined ? {} : { description }),
  };
}
