import { isObject, type Json, type JsonObject, type Repair } from "../core/mod.ts";
import { DUMMY_SIGNATURE } from "./contents.ts";
import { clampThinking } from "./clamp_thinking.ts";
import { dropField } from "./drop_field.ts";
import { jsonInstruction } from "./json_output.ts";
import { mapSchemas, toProtoSchema } from "./schema/mod.ts";
import type { Content, FunctionDeclaration, GeminiRequest, GenerationConfig, Tool } from "./wire.ts";

/** The request changed so that a known refusal does not come again. Pure: the same object when nothing was to change. */
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

/** Every signature goes; the first call of each model turn, every picture and the text before it get the stand-in. */
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

/** Thoughts of the history go; what was said and called stays. */
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
