import { isObject, type JsonObject } from "../../core/mod.ts";
import {
  createToolNames,
  type ModelCapabilities,
  type Tool,
  type ToolConfig,
  type ToolDefinition,
  type ToolNames,
} from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import { type ToolFields, toolFields } from "../tool_fields.ts";

/** The tools of a request: functions that the client runs, and searches that Google can make in Anthropic's stead. */
interface DecodedTools {
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

/** Options of Anthropic's own tools that Google's do not have. */
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

/** A tool that Anthropic defines and the client runs, so that its request carries no schema. */
interface ImplicitTool {
  readonly description: string;
  readonly schema: JsonObject;
}

const EDITOR_COMMANDS = ["view", "create", "str_replace", "insert"];
const MEMORY_COMMANDS = [...EDITOR_COMMANDS, "delete", "rename"];

const text = (description: string): JsonObject => ({ type: "string", description });

function files(commands: readonly string[]): JsonObject {
  return {
    type: "object",
    properties: {
      command: { type: "string", enum: commands },
      path: text("Absolute path to a file or folder."),
      file_text: text("Content of the file to create."),
      old_str: text("Text to replace; must occur exactly once."),
      new_str: text("Text to put in its place."),
      insert_line: { type: "integer", description: "Line after which to insert; 0 is the beginning." },
      insert_text: text("Text to insert."),
      view_range: { type: "array", items: { type: "integer" }, description: "First and last line to view." },
      ...(commands.includes("rename")
        ? { old_path: text("Path to rename."), new_path: text("Its new path.") }
        : {}),
    },
    required: ["command"],
  };
}

/** Schemas as Anthropic documents them (docs.anthropic.com, bash, text editor and memory tools). */
const IMPLICIT: readonly (readonly [RegExp, ImplicitTool])[] = [
  [/^bash_/, {
    description: "Runs a command in a persistent bash session.",
    schema: {
      type: "object",
      properties: {
        command: text("The command to run."),
        restart: { type: "boolean", description: "Restarts the session." },
      },
    },
  }],
  [/^text_editor_/, { description: "Views, creates and edits files.", schema: files(EDITOR_COMMANDS) }],
  [/^memory_/, { description: "Keeps notes in files under /memories.", schema: files(MEMORY_COMMANDS) }],
];

/** The documented description and schema of a tool type, or undefined when the client does not run it. */
function implicitTool(type: string): ImplicitTool | undefined {
  return IMPLICIT.find(([pattern]) => pattern.test(type))?.[1];
}

interface ToolRequest extends ToolFields {
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

type Body = Record<string, unknown>;

/**
 * The tools in effect at the end of a conversation: those of the request, changed by the `tool_addition` and
 * `tool_removal` blocks of its messages in their order (beta mid-conversation-tool-changes). Gemini takes one
 * list for the whole request.
 */
export function toolsInEffect(tools: unknown, messages: unknown): unknown {
  const changes = changesIn(messages);
  if (changes.length === 0) return tools;
  const declared = Array.isArray(tools) ? tools : [];
  const known = new Map<string, unknown>();
  const offered = new Map<string, unknown>();
  for (const tool of declared) {
    const name = nameOf(tool);
    known.set(name, tool);
    // A deferred tool is offered as well: agents that send it run its calls.
    offered.set(name, tool);
  }
  for (const { type, tool } of changes) {
    const name = nameOf(tool["definition"] ?? tool);
    if (type === "tool_removal") {
      offered.delete(name);
      continue;
    }
    const definition = isObject(tool["definition"]) ? tool["definition"] : known.get(name);
    if (definition === undefined) continue;
    known.set(name, definition);
    offered.set(name, definition);
  }
  return [...offered.values()];
}

interface Change {
  readonly type: "tool_addition" | "tool_removal";
  readonly tool: Body;
}

function changesIn(messages: unknown): readonly Change[] {
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((message) => isObject(message) ? changesOf(message["content"]) : []);
}

/** A compaction block carries the tool changes of the turns that it replaces. */
function changesOf(content: unknown): readonly Change[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block): readonly Change[] => {
    if (!isObject(block)) return [];
    if (block["type"] === "compaction") return changesOf(block["tool_changes"]);
    return isToolChange(block) && isObject(block["tool"]) ? [block as unknown as Change] : [];
  });
}

export function isToolChange({ type }: Body): boolean {
  return type === "tool_addition" || type === "tool_removal";
}

function nameOf(tool: unknown): string {
  if (!isObject(tool)) return "";
  return String(tool["name"] ?? tool["tool_name"] ?? tool["type"] ?? "");
}
