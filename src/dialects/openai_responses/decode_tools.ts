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
import { type OwnTool, ownTool } from "./client_tools.ts";
import type { ClientTool } from "./responses_context.ts";
import { type ToolFields, toolFields } from "../tool_fields.ts";

/** The tools of a request, named for Gemini, and how each is called in the client's words. */
export interface DecodedTools {
  readonly names: ToolNames;
  readonly functions: readonly ToolDefinition[];
  readonly clientTools: ReadonlyMap<string, ClientTool>;
  readonly webSearch: boolean;
  readonly codeExecution: boolean;
  readonly urlContext: boolean;
  /** Options of the tool for making pictures; undefined when it is not among the tools. */
  readonly imageGeneration: Record<string, unknown> | undefined;
  readonly warnings: readonly string[];
}

interface Found {
  readonly tool: ClientTool;
  readonly description: string | undefined;
  readonly schema: unknown;
}

/** A single name for a tool in a namespace. */
export function toolKey(name: string, namespace: string | undefined): string {
  return namespace === undefined || namespace === "" ? name : `${namespace}__${name}`;
}

export function decodeTools(
  lists: readonly (readonly [unknown, string])[],
  fields: FieldReader,
): DecodedTools {
  const found: Found[] = [];
  const hosted = new Map<string, Record<string, unknown>>();
  for (const [tools, path] of lists) {
    fields.optionalList(tools, path).forEach((value, index) => {
      const at = `${path}[${index}]`;
      readTool(fields.object(value, at), at, undefined, { found, hosted, fields });
    });
  }
  const names = createToolNames(found.map(({ tool }) => toolKey(tool.name, tool.namespace)));
  const geminiName = ({ tool }: Found) => names.toGemini(toolKey(tool.name, tool.namespace));
  const known = new Set(["web_search", "code_interpreter", "url_context", "image_generation"]);
  const left = [...hosted.keys()].filter((type) => !known.has(type));
  const search = hosted.get("web_search") ?? {};
  const unserved = SEARCH_FIELDS.filter((field) => search[field] !== undefined && search[field] !== null);
  return {
    names,
    functions: found.map((one) => ({
      name: geminiName(one),
      schema: one.schema,
      ...(one.description === undefined ? {} : { description: one.description }),
    })),
    clientTools: new Map(found.map((one) => [geminiName(one), one.tool])),
    webSearch: hosted.has("web_search"),
    codeExecution: hosted.has("code_interpreter"),
    urlContext: hosted.has("url_context"),
    imageGeneration: hosted.get("image_generation"),
    warnings: [
      ...left.map((type) => `The tool ${type} was left out: Gemini has no counterpart.`),
      ...unserved.map((field) => `${field} of web_search was left out: Google's search has no such setting.`),
    ],
  };
}

/** Options of OpenAI's search that Google's does not have. */
const SEARCH_FIELDS = ["filters", "user_location", "allowed_domains", "blocked_domains"];

/** Google's own tools by the names that clients use for them. */
const HOSTED: readonly (readonly [RegExp, string])[] = [
  [/^(web_search|google_search|googleSearch)/, "web_search"],
  [/^(code_interpreter|code_execution|codeExecution)/, "code_interpreter"],
  [/^(url_context|urlContext|web_fetch)/, "url_context"],
  [/^image_generation/, "image_generation"],
];

interface Reading {
  readonly found: Found[];
  readonly hosted: Map<string, Record<string, unknown>>;
  readonly fields: FieldReader;
}

/** A function as chat completions and Anthropic write it, as Responses writes it. */
function flatTool(tool: Record<string, unknown>): Record<string, unknown> {
  if (isObject(tool.function)) return { ...tool.function, type: "function" };
  if (tool.input_schema !== undefined && (tool.type === undefined || tool.type === "custom")) {
    return { ...tool, type: "function", parameters: tool.input_schema };
  }
  return tool.type === undefined && typeof tool.name === "string" ? { ...tool, type: "function" } : tool;
}

function readTool(
  given: Record<string, unknown>,
  at: string,
  namespace: string | undefined,
  reading: Reading,
): void {
  const { found, hosted, fields } = reading;
  const tool = flatTool(given);
  switch (tool.type) {
    case "function":
      found.push(functionTool(tool, at, namespace, fields));
      return;
    case "custom":
      found.push(customTool(tool, at, namespace, fields));
      return;
    case "namespace": {
      const name = fields.string(tool.name, `${at}.name`);
      fields.optionalList(tool.tools, `${at}.tools`).forEach((child, index) => {
        const place = `${at}.tools[${index}]`;
        readTool(fields.object(child, place), place, name, reading);
      });
      return;
    }
    default: {
      const own = tool.type === "tool_search" && tool.execution !== "client" ? undefined : ownTool(tool.type);
      if (own !== undefined) {
        found.push(ownFunction(own, tool));
        return;
      }
      const type = fields.string(tool.type, `${at}.type`);
      hosted.set(HOSTED.find(([pattern]) => pattern.test(type))?.[1] ?? type, tool);
    }
  }
}

/** A tool that OpenAI defines and the client runs, as a function of its name. */
function ownFunction(own: OwnTool, tool: Record<string, unknown>): Found {
  const description = typeof tool.description === "string" && tool.description !== ""
    ? tool.description
    : own.description;
  return {
    tool: { name: own.name, kind: own.name as ClientTool["kind"] },
    description,
    schema: isObject(tool.parameters) ? tool.parameters : own.schema,
  };
}

function functionTool(
  tool: Record<string, unknown>,
  at: string,
  namespace: string | undefined,
  fields: FieldReader,
): Found {
  const schema = tool.parameters === undefined || tool.parameters === null
    ? undefined
    : fields.object(tool.parameters, `${at}.parameters`);
  return {
    tool: { ...nameOf(tool, at, namespace, fields), kind: "function" },
    description: fields.optionalString(tool.description, `${at}.description`),
    schema,
  };
}

function customTool(
  tool: Record<string, unknown>,
  at: string,
  namespace: string | undefined,
  fields: FieldReader,
): Found {
  const description = fields.optionalString(tool.description, `${at}.description`) ?? "";
  const format = isObject(tool.format) ? tool.format : {};
  const grammar = format.type === "grammar"
    ? `The input must follow this ${String(format.syntax)} grammar:\n${String(format.definition)}`
    : "";
  const schema: JsonObject = {
    type: "object",
    properties: { input: { type: "string", description: "The whole input of the tool, as plain text." } },
    required: ["input"],
  };
  return {
    tool: { ...nameOf(tool, at, namespace, fields), kind: "custom" },
    description: [description, grammar].filter((text) => text !== "").join("\n\n"),
    schema,
  };
}

function nameOf(
  tool: Record<string, unknown>,
  at: string,
  namespace: string | undefined,
  fields: FieldReader,
) {
  const name = fields.string(tool.name, `${at}.name`);
  if (tool.name === "") fields.refuse(`${at}.name`, `The name at ${at}.name must not be empty.`);
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

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

type Calling = NonNullable<ToolConfig["functionCallingConfig"]>;

/** `validated` is no value of OpenAI's, but some agents send it. */
const MODES: Readonly<Record<string, Calling["mode"] | undefined>> = {
  none: "NONE",
  required: "ANY",
  validated: "VALIDATED",
};

/** tool_choice in Gemini's words; undefined leaves the choice to the model. */
function decodeToolChoice(
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
