import { isObject, type Json, type JsonObject } from "../core/mod.ts";
import { badPayload, type FieldViolation, reject, type Rejection } from "./errors.ts";

/**
 * The request messages of the Gemini API as field tables: what the JSON transcoder knows. Source: the public
 * reference of generativelanguage.googleapis.com v1beta.
 */
type FieldType =
  | "string"
  | "bytes"
  | "int32"
  | "int64"
  | "double"
  | "bool"
  | "duration"
  /** google.protobuf.Struct or Value: anything goes. */
  | "any"
  | { readonly enum: string }
  | { readonly message: string };

interface Field {
  readonly type: FieldType;
  readonly repeated?: true;
  /** A JSON object whose values are of `type`. */
  readonly map?: true;
}

type Message = Readonly<Record<string, Field>>;

const text: Field = { type: "string" };
const texts: Field = { type: "string", repeated: true };
const bytes: Field = { type: "bytes" };
const int: Field = { type: "int32" };
const long: Field = { type: "int64" };
const real: Field = { type: "double" };
const flag: Field = { type: "bool" };
const any: Field = { type: "any" };
const one = (message: string): Field => ({ type: { message } });
const many = (message: string): Field => ({ type: { message }, repeated: true });
const oneOf = (name: string): Field => ({ type: { enum: name } });
const manyOf = (name: string): Field => ({ type: { enum: name }, repeated: true });

/** Values of the enumerations; an enumeration that is not listed takes every string. */
const ENUMS: Readonly<Record<string, readonly string[]>> = {
  "FunctionCallingConfig.Mode": ["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"],
  "ThinkingConfig.ThinkingLevel": ["THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH"],
  Type: ["TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"],
  "GenerationConfig.Modality": ["MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "AUDIO"],
  "SafetySetting.HarmBlockThreshold": [
    "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
    "BLOCK_LOW_AND_ABOVE",
    "BLOCK_MEDIUM_AND_ABOVE",
    "BLOCK_ONLY_HIGH",
    "BLOCK_NONE",
    "OFF",
  ],
};

const PART: Message = {
  text,
  inlineData: one("Blob"),
  fileData: one("FileData"),
  functionCall: one("FunctionCall"),
  functionResponse: one("FunctionResponse"),
  executableCode: one("ExecutableCode"),
  codeExecutionResult: one("CodeExecutionResult"),
  toolCall: any,
  toolResponse: any,
  thought: flag,
  thoughtSignature: bytes,
  videoMetadata: one("VideoMetadata"),
  mediaResolution: any,
  partMetadata: any,
};

const GENERATION_CONFIG: Message = {
  temperature: real,
  topP: real,
  topK: int,
  maxOutputTokens: int,
  stopSequences: texts,
  candidateCount: int,
  seed: int,
  presencePenalty: real,
  frequencyPenalty: real,
  responseLogprobs: flag,
  logprobs: int,
  responseMimeType: text,
  responseSchema: one("Schema"),
  responseJsonSchema: any,
  _responseJsonSchema: any,
  responseFormat: any,
  responseModalities: manyOf("GenerationConfig.Modality"),
  thinkingConfig: one("ThinkingConfig"),
  speechConfig: any,
  imageConfig: any,
  mediaResolution: text,
  enableEnhancedCivicAnswers: flag,
};

const GENERATE: Message = {
  model: text,
  contents: many("Content"),
  systemInstruction: one("Content"),
  tools: many("Tool"),
  toolConfig: one("ToolConfig"),
  safetySettings: many("SafetySetting"),
  generationConfig: one("GenerationConfig"),
  cachedContent: text,
  serviceTier: text,
  store: flag,
};

/** Every known message by name; fields in the camelCase of the JSON mapping. */
const MESSAGES: Readonly<Record<string, Message>> = {
  GenerateContentRequest: GENERATE,
  CountTokensRequest: {
    model: text,
    contents: many("Content"),
    generateContentRequest: one("GenerateContentRequest"),
  },
  EmbedContentRequest: {
    model: text,
    content: one("Content"),
    taskType: text,
    title: text,
    outputDimensionality: int,
    autoTruncate: flag,
    embedContentConfig: any,
  },
  BatchEmbedContentsRequest: { model: text, requests: many("EmbedContentRequest") },
  CachedContent: {
    model: text,
    displayName: text,
    contents: many("Content"),
    systemInstruction: one("Content"),
    tools: many("Tool"),
    toolConfig: one("ToolConfig"),
    ttl: { type: "duration" },
    expireTime: text,
    name: text,
    usageMetadata: any,
    createTime: text,
    updateTime: text,
  },
  Content: { role: text, parts: many("Part") },
  Part: PART,
  Blob: { mimeType: text, data: bytes, displayName: text },
  FileData: { mimeType: text, fileUri: text, displayName: text },
  VideoMetadata: { startOffset: { type: "duration" }, endOffset: { type: "duration" }, fps: real },
  FunctionCall: { id: text, name: text, args: any },
  FunctionResponse: {
    id: text,
    name: text,
    response: any,
    parts: many("FunctionResponsePart"),
    willContinue: flag,
    scheduling: text,
  },
  FunctionResponsePart: { inlineData: one("Blob"), fileData: one("FileData") },
  ExecutableCode: { id: text, language: text, code: text },
  CodeExecutionResult: { id: text, outcome: text, output: text },
  Tool: {
    functionDeclarations: many("FunctionDeclaration"),
    googleSearch: any,
    googleSearchRetrieval: any,
    codeExecution: any,
    urlContext: any,
    fileSearch: any,
    googleMaps: any,
    computerUse: any,
    mcpServers: any,
  },
  FunctionDeclaration: {
    name: text,
    description: text,
    behavior: text,
    parameters: one("Schema"),
    parametersJsonSchema: any,
    response: one("Schema"),
    responseJsonSchema: any,
  },
  ToolConfig: {
    functionCallingConfig: one("FunctionCallingConfig"),
    retrievalConfig: any,
    includeServerSideToolInvocations: flag,
  },
  FunctionCallingConfig: { mode: oneOf("FunctionCallingConfig.Mode"), allowedFunctionNames: texts },
  SafetySetting: { category: text, threshold: oneOf("SafetySetting.HarmBlockThreshold"), method: text },
  GenerationConfig: GENERATION_CONFIG,
  ThinkingConfig: {
    includeThoughts: flag,
    thinkingBudget: int,
    thinkingLevel: oneOf("ThinkingConfig.ThinkingLevel"),
  },
  Schema: {
    type: oneOf("Type"),
    format: text,
    title: text,
    description: text,
    nullable: flag,
    enum: texts,
    items: one("Schema"),
    maxItems: long,
    minItems: long,
    properties: { type: { message: "Schema" }, map: true },
    required: texts,
    propertyOrdering: texts,
    minProperties: long,
    maxProperties: long,
    minLength: long,
    maxLength: long,
    pattern: text,
    example: any,
    anyOf: many("Schema"),
    default: any,
    minimum: real,
    maximum: real,
  },
};

/** A request in camelCase with every field known, or the refusal of the JSON transcoder. */
export type Decoded = { readonly value: JsonObject } | { readonly rejection: Rejection };

const PACKAGE = "type.googleapis.com/google.ai.generativelanguage.v1beta.";
const SCALAR_NAMES: Readonly<Record<string, string>> = {
  string: "TYPE_STRING",
  bytes: "TYPE_BYTES",
  int32: "TYPE_INT32",
  int64: "TYPE_INT64",
  double: "TYPE_DOUBLE",
  bool: "TYPE_BOOL",
  duration: "type.googleapis.com/google.protobuf.Duration",
};
const BASE64_REGEXP = /^[A-Za-z0-9+/_-]*={0,2}$/;
const INTEGER_REGEXP = /^-?\d+$/;

/** Parses the text of a request body as the named message. */
export function decodeBody(body: string, message: string): Decoded {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { rejection: reject(400, jsonProblem(body)) };
  }
  if (!isObject(parsed)) {
    return {
      rejection: badPayload([{
        field: "",
        description: 'Invalid JSON payload received. Unknown name "": Root element must be a message.',
      }]),
    };
  }
  return decodeMessage(parsed as JsonObject, message);
}

function jsonProblem(body: string): string {
  if (body.trim() === "") {
    return "Invalid JSON payload received. Unexpected end of string. Expected a value.\n\n^";
  }
  return `Invalid JSON payload received. Expected , or } after key:value pair.\n${body.slice(0, 40)}\n^`;
}

/** Checks and rewrites a parsed body; snake_case names become camelCase. */
function decodeMessage(parsed: JsonObject, message: string): Decoded {
  const violations: FieldViolation[] = [];
  const value = new Decoder(violations).message(parsed, MESSAGES[message] ?? {}, "");
  return violations.length > 0 ? { rejection: badPayload(violations) } : { value };
}

function camel(name: string): string {
  return name.includes("_", 1)
    ? name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    : name;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

class Decoder {
  readonly #violations: FieldViolation[];

  constructor(violations: FieldViolation[]) {
    this.#violations = violations;
  }

  message(input: JsonObject, fields: Message, path: string): JsonObject {
    const output: Record<string, Json> = {};
    for (const [key, value] of Object.entries(input)) {
      const name = Object.hasOwn(fields, key) ? key : camel(key);
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!field) this.#unknown(key, path, "Cannot find field.");
      else if (value !== null && value !== undefined) {
        output[name] = this.#field(value, field, key, path, snake(name));
      }
    }
    return output;
  }

  #field(value: Json, field: Field, key: string, parent: string, name: string): Json {
    const path = join(parent, name);
    if (field.map) return this.#map(value, field.type, path);
    if (field.repeated) {
      const list = Array.isArray(value) ? value : [value];
      return list.map((entry, index) =>
        this.#value(entry as Json, field.type, `${path}[${index}]`, key, parent)
      );
    }
    if (Array.isArray(value) && field.type !== "any") {
      this.#unknown(key, parent, "Proto field is not repeating, cannot start list.");
      return null;
    }
    return this.#value(value, field.type, path, key, parent);
  }

  #map(value: Json, type: FieldType, path: string): Json {
    if (!isObject(value)) {
      this.#bad(path, "Map", value);
      return {};
    }
    const entries = Object.entries(value as JsonObject);
    return Object.fromEntries(
      entries.map((
        [name, entry],
        index,
      ) => [name, this.#value(entry ?? null, type, `${path}[${index}].value`, "value", `${path}[${index}]`)]),
    );
  }

  #value(value: Json, type: FieldType, path: string, key: string, parent: string): Json {
    if (type === "any") return value;
    if (typeof type === "string") return this.#scalar(value, type, path, key, parent);
    if ("enum" in type) return this.#enum(value, type.enum, path);
    if (!isObject(value)) {
      this.#bad(path, PACKAGE + type.message, value);
      return {};
    }
    return this.message(value as JsonObject, MESSAGES[type.message] ?? {}, path);
  }

  #scalar(value: Json, type: string, path: string, key: string, parent: string): Json {
    if (isObject(value)) {
      this.#unknown(key, parent, "Proto field is not a message, cannot start object.");
      return null;
    }
    if (scalarFits(value, type)) return type === "int32" || type === "double" ? Number(value) : value;
    this.#bad(path, SCALAR_NAMES[type] ?? type, value);
    return null;
  }

  #enum(value: Json, name: string, path: string): Json {
    const known = ENUMS[name];
    if (typeof value === "number") return known?.[value] ?? value;
    if (typeof value === "string" && (!known || known.includes(value.toUpperCase()))) {
      return value.toUpperCase();
    }
    this.#bad(path, PACKAGE + name, value);
    return null;
  }

  #unknown(key: string, path: string, reason: string): void {
    const where = path === "" ? "" : ` at '${path}'`;
    const description = `Invalid JSON payload received. Unknown name "${key}"${where}: ${reason}`;
    this.#violations.push({ field: path, description });
  }

  #bad(path: string, type: string, value: Json): void {
    this.#violations.push({
      field: path,
      description: `Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`,
    });
  }
}

function scalarFits(value: Json, type: string): boolean {
  switch (type) {
    case "string":
    case "duration":
      return typeof value === "string";
    case "bytes":
      return typeof value === "string" && BASE64_REGEXP.test(value) &&
        value.replace(/=+$/, "").length % 4 !== 1;
    case "bool":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "int32":
      return integerFits(value, 2 ** 31);
    case "int64":
      return integerFits(value, 2 ** 63);
    default:
      return typeof value === "number" ||
        (typeof value === "string" && value !== "" && !Number.isNaN(Number(value)));
  }
}

function integerFits(value: Json, bound: number): boolean {
  if (typeof value === "string" && !INTEGER_REGEXP.test(value)) return false;
  if (typeof value !== "string" && typeof value !== "number") return false;
  const number = Number(value);
  return Number.isInteger(number) && number >= -bound && number < bound;
}
