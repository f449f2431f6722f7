/**
 * The request messages of the Gemini API as field tables: what the JSON transcoder knows. Source: the public
 * reference of generativelanguage.googleapis.com v1beta.
 */
export type FieldType =
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

export interface Field {
  readonly type: FieldType;
  readonly repeated?: true;
  /** A JSON object whose values are of `type`. */
  readonly map?: true;
}

export type Message = Readonly<Record<string, Field>>;

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
export const ENUMS: Readonly<Record<string, readonly string[]>> = {
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
export const MESSAGES: Readonly<Record<string, Message>> = {
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
