import { isObject } from "../../core/mod.ts";
import { declareFunctions, type Tool, type ToolConfig, type ToolDefinition } from "../../gemini/mod.ts";
import type { ChatDraft } from "./chat_context.ts";
import { builtInTool } from "./google_extras.ts";

type Body = Record<string, unknown>;

/** The tools of a request, as they go to Gemini. */
export interface DecodedTools {
  readonly tools: readonly Tool[];
  readonly toolConfig?: ToolConfig;
  readonly hasFunctions: boolean;
  /** Functions whose arguments travel under `value`. */
  readonly wrapped: ReadonlySet<string>;
}

/** Every name by which the body calls a tool, in declarations and in history, for naming them all at once. */
export function clientToolNames(body: Body): string[] {
  const declared = [...listOf(body["tools"]), ...listOf(body["functions"])];
  const called = listOf(body["messages"]).filter(isObject).flatMap((message) => [
    ...listOf(message["tool_calls"]),
    ...(isObject(message["function_call"]) ? [message["function_call"]] : []),
  ]);
  return [...declared, ...called].flatMap((entry) => nameOf(entry) ?? []);
}

/** Client names of the custom tools. */
export function customToolNames(body: Body): Set<string> {
  const custom = listOf(body["tools"]).filter((tool) =>
    isObject(tool) && tool["type"] === "custom" && tool["input_schema"] === undefined
  );
  return new Set(custom.flatMap((tool) => nameOf(tool) ?? []));
}

function nameOf(entry: unknown): string | undefined {
  if (!isObject(entry)) return undefined;
  const inner = [entry["function"], entry["custom"]].find(isObject) ?? entry;
  return typeof inner["name"] === "string" ? inner["name"] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Fields that say anything about tools. */
const TOOL_FIELDS = ["tools", "functions", "web_search_options", "tool_choice", "function_call"] as const;
const NO_TOOLS: DecodedTools = { tools: [], hasFunctions: false, wrapped: new Set() };

/** Declares all functions in one tool and lets Google's own tools stand beside them where the model takes both. */
export function decodeTools(body: Body, google: readonly Tool[], draft: ChatDraft): DecodedTools {
  if (google.length === 0 && TOOL_FIELDS.every((field) => body[field] === undefined)) return NO_TOOLS;
  const builtIns: Tool[] = [...google];
  const definitions = draft.fields.optionalList(body["tools"], "tools").flatMap((tool, index) =>
    decodeTool(tool, `tools[${index}]`, builtIns, draft)
  );
  const legacy = draft.fields.optionalList(body["functions"], "functions").map((entry, index) =>
    definitionOf(draft.fields.object(entry, `functions[${index}]`), `functions[${index}]`, draft)
  );
  const search = body["web_search_options"];
  if (isObject(search)) {
    builtIns.push({ googleSearch: {} });
    for (const field of Object.keys(search)) {
      draft.warnings.add(
        `web_search_options.${field.slice(0, 40)} was left out: Google's search has no such setting.`,
      );
    }
  }
  const wanted = [...definitions, ...legacy];
  const { declarations, wrapped, warnings } = declareFunctions(draft.capabilities.tools ? wanted : []);
  for (const warning of warnings) draft.warnings.add(warning);
  if (declarations.length === 0 && wanted.length > 0) {
    draft.warnings.add("This model takes no tools; they were left out.");
  }
  const hasFunctions = declarations.length > 0;
  const kept = keptBuiltIns(builtIns, hasFunctions, draft);
  const choice = decodeChoice(body, new Set(wanted.map(({ name }) => name)), draft);
  const functionCallingConfig = hasFunctions ? choice : undefined;
  const mixed = hasFunctions && kept.length > 0 ? { includeServerSideToolInvocations: true } : {};
  const toolConfig = { ...(functionCallingConfig === undefined ? {} : { functionCallingConfig }), ...mixed };
  return {
    tools: [...(hasFunctions ? [{ functionDeclarations: declarations }] : []), ...kept],
    ...(Object.keys(toolConfig).length === 0 ? {} : { toolConfig }),
    hasFunctions,
    wrapped,
  };
}

function keptBuiltIns(builtIns: readonly Tool[], hasFunctions: boolean, draft: ChatDraft): readonly Tool[] {
  const distinct = [...new Map(builtIns.map((tool) => [Object.keys(tool).join(), tool])).values()];
  if (distinct.length === 0 || !hasFunctions || draft.capabilities.mixesBuiltInTools) return distinct;
  draft.warnings.add("This model takes no Google tools beside functions; the Google tools were left out.");
  return [];
}

function decodeTool(value: unknown, path: string, builtIns: Tool[], draft: ChatDraft): ToolDefinition[] {
  if (!isObject(value)) {
    draft.warnings.add(`${path} is no tool and was left out.`);
    return [];
  }
  const tool = value;
  if (draft.fields.failure !== undefined) return [];
  const anthropic = tool["input_schema"] !== undefined &&
    (tool["type"] === undefined || tool["type"] === "custom");
  if (anthropic) return [definitionOf({ ...tool, parameters: tool["input_schema"] }, path, draft)];
  const flat = typeof tool["name"] === "string" && builtInTool(tool) === undefined;
  const type = tool["type"] ?? (isObject(tool["function"]) || flat ? "function" : undefined);
  if (type === "function") {
    const inner = isObject(tool["function"]) ? tool["function"] : tool;
    return [definitionOf(inner, inner === tool ? path : `${path}.function`, draft)];
  }
  if (type === "custom") return [customDefinition(tool, path, draft)];
  const builtIn = builtInTool(tool);
  if (builtIn !== undefined) builtIns.push(builtIn);
  else draft.warnings.add(`Tools of type "${String(type)}" have no counterpart in Gemini and were left out.`);
  return [];
}

function definitionOf(inner: Body, path: string, draft: ChatDraft): ToolDefinition {
  const name = draft.fields.string(inner["name"], `${path}.name`);
  const description = draft.fields.optionalString(inner["description"], `${path}.description`);
  const schema = inner["parameters"];
  if (schema !== undefined && schema !== null && !isObject(schema)) {
    draft.fields.refuse(
      `${path}.parameters`,
      `Invalid type for ${path}.parameters: it must be a JSON Schema object.`,
    );
  }
  return { name: draft.names.toGemini(name), ...(description === undefined ? {} : { description }), schema };
}

/** A custom tool takes one string; its grammar can only be told in words. */
function customDefinition(tool: Body, path: string, draft: ChatDraft): ToolDefinition {
  const inner = isObject(tool["custom"]) ? tool["custom"] : tool;
  const name = draft.fields.string(inner["name"], `${path}.custom.name`);
  const told = draft.fields.optionalString(inner["description"], `${path}.custom.description`) ?? "";
  const grammar = isObject(inner["format"])
    ? inner["format"]["grammar"] ?? inner["format"]["definition"]
    : undefined;
  const rule = grammar === undefined
    ? ""
    : `\nThe input must match this grammar:\n${
      typeof grammar === "string" ? grammar : JSON.stringify(grammar)
    }`;
  return {
    name: draft.names.toGemini(name),
    description: told + rule,
    schema: { type: "object", properties: { input: { type: "string" } }, required: ["input"] },
  };
}

type Calling = NonNullable<ToolConfig["functionCallingConfig"]>;

function decodeChoice(body: Body, declared: ReadonlySet<string>, draft: ChatDraft): Calling | undefined {
  const legacy = body["tool_choice"] === undefined || body["tool_choice"] === null;
  const path = legacy ? "function_call" : "tool_choice";
  const choice = body[path];
  if (choice === undefined || choice === null) return undefined;
  if (typeof choice === "string") return declared.size === 0 ? undefined : choiceByWord(choice, path, draft);
  const wanted = draft.fields.object(choice, path);
  if (wanted["type"] === "any") return declared.size === 0 ? undefined : { mode: "ANY" };
  if ((wanted["type"] === "auto" || wanted["type"] === "none") && nameOf(wanted) === undefined) {
    return wanted["type"] === "none" ? { mode: "NONE" } : undefined;
  }
  if (wanted["type"] === "allowed_tools") return allowedTools(wanted, path, declared, draft);
  const name = nameOf(wanted);
  if (name === undefined) {
    draft.fields.refuse(
      path,
      `Invalid ${path}: name a function, as {"type":"function","function":{"name":"..."}}.`,
    );
    return undefined;
  }
  return { mode: "ANY", allowedFunctionNames: [declaredName(name, path, declared, draft)] };
}

/** `validated` is no word of OpenAI's, but an agent sends it. */
function choiceByWord(word: string, path: string, draft: ChatDraft): Calling | undefined {
  switch (word) {
    case "auto":
      return undefined;
    case "none":
      return { mode: "NONE" };
    case "required":
    case "any":
      return { mode: "ANY" };
    case "validated":
      return { mode: "VALIDATED" };
    default:
      draft.fields.refuse(
        path,
        `Invalid value in ${path}: "${word}". Use auto, none, required or a named function.`,
      );
      return undefined;
  }
}

function allowedTools(
  wanted: Body,
  path: string,
  declared: ReadonlySet<string>,
  draft: ChatDraft,
): Calling | undefined {
  const inner = isObject(wanted["allowed_tools"]) ? wanted["allowed_tools"] : wanted;
  const at = inner === wanted ? path : `${path}.allowed_tools`;
  const names = draft.fields.list(inner["tools"], `${at}.tools`).flatMap((tool, index) => {
    const name = nameOf(tool);
    return name === undefined ? [] : [declaredName(name, `${at}.tools[${index}]`, declared, draft)];
  });
  if (names.length === 0) return undefined;
  return { mode: inner["mode"] === "required" ? "ANY" : "VALIDATED", allowedFunctionNames: names };
}

function declaredName(name: string, path: string, declared: ReadonlySet<string>, draft: ChatDraft): string {
  const known = draft.names.toGemini(name);
  if (!declared.has(known)) {
    draft.fields.refuse(path, `Invalid ${path}: the function "${name}" is not among the tools.`);
  }
  return known;
}
