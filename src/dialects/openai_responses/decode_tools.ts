import { isObject, type JsonObject } from "../../core/mod.ts";
import { createToolNames, type ToolDefinition, type ToolNames } from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import type { ClientTool } from "./responses_context.ts";

/** The tools of a request, named for Gemini, and how each is called in the client's words. */
export interface DecodedTools {
  readonly names: ToolNames;
  readonly functions: readonly ToolDefinition[];
  readonly clientTools: ReadonlyMap<string, ClientTool>;
  readonly webSearch: boolean;
  readonly codeExecution: boolean;
  readonly warnings: readonly string[];
}

interface Found {
  readonly tool: ClientTool;
  readonly description: string | undefined;
  readonly schema: unknown;
}

/** One name for a tool in a namespace. */
export function toolKey(name: string, namespace: string | undefined): string {
  return namespace === undefined || namespace === "" ? name : `${namespace}__${name}`;
}

export function decodeTools(
  lists: readonly (readonly [unknown, string])[],
  fields: FieldReader,
): DecodedTools {
  const found: Found[] = [];
  const hosted = new Set<string>();
  for (const [tools, path] of lists) {
    fields.optionalList(tools, path).forEach((value, index) => {
      const at = `${path}[${index}]`;
      readTool(fields.object(value, at), at, undefined, found, hosted, fields);
    });
  }
  const names = createToolNames(found.map(({ tool }) => toolKey(tool.name, tool.namespace)));
  const geminiName = ({ tool }: Found) => names.toGemini(toolKey(tool.name, tool.namespace));
  const known = new Set(["web_search", "code_interpreter"]);
  const left = [...hosted].filter((type) => !known.has(type));
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
    warnings: left.map((type) => `The tool ${type} was left out: Gemini has no counterpart.`),
  };
}

function readTool(
  tool: Record<string, unknown>,
  at: string,
  namespace: string | undefined,
  found: Found[],
  hosted: Set<string>,
  fields: FieldReader,
): void {
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
        readTool(fields.object(child, place), place, name, found, hosted, fields);
      });
      return;
    }
    default: {
      const type = fields.string(tool.type, `${at}.type`);
      hosted.add(/^web_search/.test(type) ? "web_search" : type);
    }
  }
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
