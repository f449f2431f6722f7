import { isObject, type Json, type JsonObject, type Repair } from "../core/mod.ts";
import { DUMMY_SIGNATURE } from "./contents.ts";
import { jsonInstruction } from "./json_output.ts";
import { mapSchemas, toProtoSchema } from "./schema/mod.ts";
import type {
  Content,
  FunctionDeclaration,
  GeminiRequest,
  GenerationConfig,
  ThinkingConfig,
  Tool,
} from "./wire.ts";

/**
 * Changes a request so that a known refusal does not recur. Pure: returns the same object when nothing has to
 * change.
 */
export function repairRequest(request: GeminiRequest, repair: Repair): GeminiRequest {
  switch (repair.kind) {
    case "drop_field":
      return repair.field.includes("parametersJsonSchema") || repair.field.includes("parameters_json_schema")
        ? plainSchemas(request)
        : dropField(request, repair.field);
    case "dummy_signatures":
      return { ...request, contents: request.contents.map(dummySignatures) };
    case "plain_schema":
      return plainSchemas(request);
    case "drop_schema_bounds":
      return changeSchemas(request, dropBounds);
    case "no_old_thoughts":
      return withoutThoughts(request);
    case "no_thinking":
      return withoutConfig(request, ["thinkingConfig"]);
    case "clamp_thinking":
      return clampThinking(request, repair.text);
    case "no_penalties":
      return withoutConfig(request, ["presencePenalty", "frequencyPenalty"]);
    case "no_logprobs":
      return withoutConfig(request, ["logprobs", "responseLogprobs"]);
    case "no_json_with_tools":
      return jsonInWords(request);
    case "clamp_output":
      return clampOutput(request, repair.maximum);
  }
}

function clampOutput(request: GeminiRequest, maximum: number): GeminiRequest {
  const asked = request.generationConfig?.maxOutputTokens;
  if (asked === undefined || asked <= maximum) return request;
  return { ...request, generationConfig: { ...request.generationConfig, maxOutputTokens: maximum } };
}

function withoutConfig(request: GeminiRequest, fields: readonly (keyof GenerationConfig)[]): GeminiRequest {
  const config = request.generationConfig;
  if (config === undefined || !fields.some((field) => field in config)) return request;
  const kept: Record<string, unknown> = { ...config };
  for (const field of fields) delete kept[field];
  return { ...request, generationConfig: kept as GenerationConfig };
}

/** Removes every signature; the first call of each model turn, every picture and the text before it get the dummy. */
function dummySignatures(content: Content): Content {
  if (content.role !== "model") return content;
  const pictures = content.parts.some(({ inlineData }) => inlineData !== undefined);
  let first = true;
  const parts = content.parts.map(({ thoughtSignature: _, ...part }, index) => {
    const leads = pictures && (part.inlineData !== undefined || (index === 0 && part.text !== undefined));
    if (!leads && (part.functionCall === undefined || !first)) return part;
    if (part.functionCall !== undefined) first = false;
    return { ...part, thoughtSignature: DUMMY_SIGNATURE };
  });
  return { ...content, parts };
}

/** Removes the thoughts of the history; text and calls stay. */
function withoutThoughts(request: GeminiRequest): GeminiRequest {
  if (!request.contents.some(({ parts }) => parts.some(({ thought }) => thought === true))) return request;
  const contents = request.contents.flatMap((content) => {
    const parts = content.parts.filter(({ thought }) => thought !== true);
    return parts.length === 0 ? [] : [{ ...content, parts }];
  });
  return { ...request, contents };
}

type ChangeDeclaration = (declaration: FunctionDeclaration) => FunctionDeclaration;

function changeDeclarations(request: GeminiRequest, change: ChangeDeclaration): GeminiRequest {
  if (request.tools === undefined) return request;
  const tools = request.tools.map((tool): Tool =>
    tool.functionDeclarations === undefined
      ? tool
      : { ...tool, functionDeclarations: tool.functionDeclarations.map(change) }
  );
  return { ...request, tools };
}

function plainSchemas(request: GeminiRequest): GeminiRequest {
  const plain = changeDeclarations(request, ({ parametersJsonSchema, ...rest }) => {
    if (parametersJsonSchema === undefined) return rest;
    const { schema } = toProtoSchema(parametersJsonSchema);
    return isEmpty(schema) ? rest : { ...rest, parameters: schema };
  });
  const config = plain.generationConfig;
  if (config?.responseJsonSchema === undefined) return plain;
  const { responseJsonSchema, ...others } = config;
  return {
    ...plain,
    generationConfig: { ...others, responseSchema: toProtoSchema(responseJsonSchema).schema },
  };
}

function isEmpty(schema: JsonObject): boolean {
  return schema["type"] === "OBJECT" && schema["properties"] === undefined;
}

function changeSchemas(request: GeminiRequest, change: (schema: Json) => Json): GeminiRequest {
  const changed = changeDeclarations(request, (declaration) => ({
    ...declaration,
    ...(declaration.parameters === undefined
      ? {}
      : { parameters: change(declaration.parameters) as JsonObject }),
    ...(declaration.parametersJsonSchema === undefined
      ? {}
      : { parametersJsonSchema: change(declaration.parametersJsonSchema) }),
  }));
  const config = changed.generationConfig;
  if (config === undefined) return changed;
  const { responseSchema, responseJsonSchema } = config;
  return {
    ...changed,
    generationConfig: {
      ...config,
      ...(responseSchema === undefined ? {} : { responseSchema: change(responseSchema) as JsonObject }),
      ...(responseJsonSchema === undefined ? {} : { responseJsonSchema: change(responseJsonSchema) }),
    },
  };
}

function dropBounds(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const changed = mapSchemas(schema, (node) => {
    if (typeof node === "boolean") return node;
    const { maxItems: _a, minItems: _b, maxLength: _c, minLength: _d, ...rest } = node;
    return rest;
  });
  return changed as Json;
}

function jsonInWords(request: GeminiRequest): GeminiRequest {
  const config = request.generationConfig;
  if (config?.responseMimeType === undefined) return request;
  const { responseMimeType: _, responseSchema, responseJsonSchema, ...rest } = config;
  const words = jsonInstruction(responseJsonSchema ?? responseSchema);
  const parts = [...(request.systemInstruction?.parts ?? []), { text: words }];
  return { ...request, generationConfig: rest, systemInstruction: { ...request.systemInstruction, parts } };
}

/**
 * The request with a thinking setting that the refusal's message allows; without one if the message names
 * nothing usable.
 */
function clampThinking(request: GeminiRequest, text: string): GeminiRequest {
  const config = request.generationConfig;
  if (config?.thinkingConfig === undefined) return request;
  const { thinkingBudget, thinkingLevel, ...rest } = config.thinkingConfig;
  const allowed = thinkingBudget !== undefined
    ? clampedBudget(thinkingBudget, text)
    : thinkingLevel !== undefined
    ? nextLevel(thinkingLevel)
    : {};
  return { ...request, generationConfig: { ...config, thinkingConfig: { ...rest, ...allowed } } };
}

function clampedBudget(budget: number, text: string): ThinkingConfig {
  const range = /between (\d+) and (\d+)/.exec(text) ?? /from (\d+) to (\d+)/.exec(text);
  if (range === null) return {};
  return { thinkingBudget: Math.min(Number(range[2]), Math.max(Number(range[1]), budget)) };
}

/** A level that is refused gives way to one that more models take; `high` is taken by all. */
function nextLevel(level: NonNullable<ThinkingConfig["thinkingLevel"]>): ThinkingConfig {
  if (level === "minimal") return { thinkingLevel: "low" };
  return level === "medium" ? { thinkingLevel: "high" } : {};
}

/** Fields with the user's content, which are never searched for field names. */
const DATA = new Set([
  "args",
  "response",
  "parameters",
  "parametersJsonSchema",
  "responseSchema",
  "responseJsonSchema",
]);

/**
 * The request without a field that Google does not know. `field` is its name or a path that ends with it, in either
 * spelling; only the request's own fields are touched, never arguments, results or schemas.
 */
function dropField(request: GeminiRequest, field: string): GeminiRequest {
  const name = camelCase(field.replace(/\[\d+\]/g, "").split(".").at(-1) ?? "");
  if (name === "" || name === "contents") return request;
  return without(request, name) as GeminiRequest;
}

function without(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => without(entry, name));
  if (!isObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    if (key !== name) kept[key] = DATA.has(key) ? entry : without(entry, name);
  }
  return kept;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
