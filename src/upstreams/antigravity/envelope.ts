import {
  type Content,
  fnvHash,
  type FunctionDeclaration,
  type GenerationConfig,
  type Part,
  toProtoSchema,
} from "../../gemini/mod.ts";
import { type InnerRequest, innerRequest, isImageModel } from "../code_assist.ts";
import type { BuildInput } from "../contract.ts";
import { isObject, type JsonObject } from "../../core/mod.ts";

/** The body of a generating call. Credits are never used. */
export function envelope(input: BuildInput, project: string | undefined, names: ClaudeNames) {
  return {
    ...(project === undefined ? {} : { project }),
    model: input.model,
    userAgent: "antigravity",
    ...requestType(input),
    request: { ...requestFor(input, names), sessionId: sessionNumber(input.session) },
  };
}

/** The kind of a request and its id, as Google's own client writes them. */
function requestType({ model, requestId, at = 0, purpose }: BuildInput) {
  if (purpose === "search") return { requestType: "web_search" };
  return isImageModel(model)
    ? { requestType: "image_gen", requestId: `image_gen/${at}/${requestId}/12` }
    : { requestType: "agent", requestId: `agent-${requestId}` };
}

/** A request for a picture: one candidate, without the fields for text. */
function imageRequest({ contents, systemInstruction, generationConfig }: InnerRequest): InnerRequest {
  const { imageConfig, responseModalities, seed } = generationConfig ?? {};
  return {
    contents,
    ...(systemInstruction === undefined ? {} : { systemInstruction }),
    generationConfig: {
      candidateCount: 1,
      ...(imageConfig === undefined ? {} : { imageConfig }),
      ...(responseModalities === undefined ? {} : { responseModalities }),
      ...(seed === undefined ? {} : { seed }),
    },
  };
}

function requestFor({ model, request }: BuildInput, names: ClaudeNames): InnerRequest {
  const inner = innerRequest(request);
  if (isImageModel(model)) return imageRequest(inner);
  return /^claude/i.test(model) ? claudeRequest(inner, names) : geminiRequest(inner);
}

function geminiRequest(request: InnerRequest): InnerRequest {
  const { tools, generationConfig, ...rest } = request;
  return {
    ...rest,
    ...(tools === undefined ? {} : {
      tools: tools.map((tool) =>
        tool.functionDeclarations === undefined
          ? tool
          : { functionDeclarations: tool.functionDeclarations.map(narrowFunction) }
      ),
    }),
    ...(generationConfig === undefined ? {} : { generationConfig: narrowOutput(generationConfig) }),
  };
}

function narrowFunction({ parameters, parametersJsonSchema, ...rest }: FunctionDeclaration) {
  const schema = parametersJsonSchema ?? parameters;
  return schema === undefined ? rest : { ...rest, parameters: toNarrowSchema(schema) };
}

function narrowOutput(config: GenerationConfig): GenerationConfig {
  const { responseSchema, responseJsonSchema, ...rest } = config;
  const schema = responseJsonSchema ?? responseSchema;
  return schema === undefined ? rest : { ...rest, responseSchema: toNarrowSchema(schema) };
}

const FNV_PRIME = 0x100000001b3n;

/**
 * A conversation's number: the same for the same conversation, and it reveals nothing of the conversation. 64 bits of
 * FNV-1a.
 */
function sessionNumber(session: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < session.length && at < 1_000; at++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(session.charCodeAt(at))) * FNV_PRIME);
  }
  return `-${10n ** 18n + hash % (8n * 10n ** 18n)}`;
}

/** Claude's own limits behind Antigravity, in tokens. */
const MOST_OUTPUT = 64_000;
const LEAST_THINKING = 1_024;
/** Genuine signatures are long; dummies for Gemini are not accepted. */
const SIGNATURE_LENGTH = 50;

/** Changes a request to what Claude models take: no prefill, paired turns, genuine signatures, budgets below the output limit. */
function claudeRequest(request: InnerRequest, names: ClaudeNames): InnerRequest {
  const contents = claudeContents(request.contents, names);
  const only = request.toolConfig?.functionCallingConfig?.allowedFunctionNames;
  const tools = request.tools?.map((tool) =>
    tool.functionDeclarations === undefined ? tool : {
      // A call cannot be forced, so only the allowed functions are declared.
      functionDeclarations: tool.functionDeclarations
        .filter(({ name }) => only === undefined || only.length === 0 || only.includes(name))
        .map((declaration) => claudeFunction(declaration, names)),
    }
  );
  const { toolConfig: asked, tools: _, generationConfig, ...rest } = request;
  const mode = asked?.functionCallingConfig?.mode;
  const usesTools = tools !== undefined && mode !== "NONE";
  return {
    ...rest,
    contents,
    generationConfig: claudeConfig(generationConfig ?? {}, breaksThinking(contents)),
    ...(usesTools ? { tools, toolConfig: { functionCallingConfig: { mode: "VALIDATED" as const } } } : {}),
  };
}

function claudeFunction(declaration: FunctionDeclaration, names: ClaudeNames): FunctionDeclaration {
  const { name, description, parameters, parametersJsonSchema } = declaration;
  return {
    name: names.toClaude(name),
    ...(description === undefined ? {} : { description }),
    parameters: toClaudeParameters(parametersJsonSchema ?? parameters),
  };
}

function claudeContents(contents: readonly Content[], names: ClaudeNames): readonly Content[] {
  const kept = contents.flatMap(({ role, parts }) => {
    const full = parts.flatMap((part) => claudePart(part, names));
    return full.length === 0 ? [] : [{ role, parts: full }];
  });
  return kept.at(-1)?.role === "user" ? kept : [...kept, { role: "user", parts: [{ text: "Continue." }] }];
}

/** Claude signs its thoughts and nothing else. */
function claudePart(part: Part, names: ClaudeNames): readonly Part[] {
  if (part.thought === true) return (part.thoughtSignature?.length ?? 0) >= SIGNATURE_LENGTH ? [part] : [];
  if (part.text === "") return [];
  const { thoughtSignature: _, functionCall, functionResponse, ...bare } = part;
  return [{
    ...bare,
    ...(functionCall === undefined ? {} : { functionCall: named(functionCall, names) }),
    ...(functionResponse === undefined ? {} : { functionResponse: named(functionResponse, names) }),
  }];
}

function named<Value extends { readonly name: string; readonly id?: string }>(
  value: Value,
  names: ClaudeNames,
): Value {
  const id = value.id === undefined ? {} : { id: claudeId(value.id) };
  return { ...value, name: names.toClaude(value.name), ...id };
}

/** True for a tool loop whose first thoughts are missing, which must continue without thinking. */
function breaksThinking(contents: readonly Content[]): boolean {
  const answers = contents.at(-1)?.parts.some((part) => part.functionResponse !== undefined) ?? false;
  const calls = contents.at(-2);
  return answers && calls?.role === "model" && calls.parts[0]?.thought !== true;
}

function claudeConfig(config: GenerationConfig, withoutThinking: boolean): GenerationConfig {
  const { thinkingConfig, maxOutputTokens, temperature, topP, topK, ...rest } = config;
  const most = Math.min(maxOutputTokens ?? MOST_OUTPUT, MOST_OUTPUT);
  const wanted = withoutThinking ? 0 : thinkingConfig?.thinkingBudget ?? 0;
  const budget = Math.min(wanted < 0 ? most >> 1 : wanted, most - 1);
  if (budget < LEAST_THINKING) {
    const sampling = {
      ...(temperature === undefined ? {} : { temperature }),
      // Claude accepts only one of the two.
      ...(topP === undefined || temperature !== undefined ? {} : { topP }),
      ...(topK === undefined ? {} : { topK }),
    };
    return { ...rest, ...sampling, maxOutputTokens: most };
  }
  // Claude accepts no sampling settings while it thinks.
  const shown = thinkingConfig?.includeThoughts ?? true;
  return {
    ...rest,
    maxOutputTokens: most,
    thinkingConfig: { includeThoughts: shown, thinkingBudget: budget },
  };
}

/** Two-way names of tools for Claude models, which take fewer characters than Gemini does. */
export interface ClaudeNames {
  toClaude(name: string): string;
  /** The original name; an unknown one is returned unchanged. */
  toGemini(name: string): string;
}

const NAME_REGEXP = /^[A-Za-z0-9_-]{1,64}$/;
const OTHER_REGEXP = /[^A-Za-z0-9_-]/g;
const LONGEST = 64;
const MOST_NAMES = 10_000;

/** Makes a legal name: deterministic and unique. */
function legal(name: string): string {
  const end = `_${fnvHash(name).slice(-8)}`;
  return name.replace(OTHER_REGEXP, "_").slice(0, LONGEST - end.length) + end;
}

/** The id of a call in the form that Claude accepts, for calls and their results. */
function claudeId(id: string): string {
  return /^[A-Za-z0-9_-]+$/.test(id) ? id : legal(id);
}

/** Names are computed from the client's each time; the reverse mapping is only needed for replies in progress. */
export function createClaudeNames(): ClaudeNames {
  const back = new Map<string, string>();
  return {
    toClaude(name) {
      if (NAME_REGEXP.test(name)) return name;
      const made = legal(name);
      back.delete(made);
      back.set(made, name);
      if (back.size > MOST_NAMES) back.delete(back.keys().next().value!);
      return made;
    },
    toGemini: (name) => back.get(name) ?? name,
  };
}

type Node = Record<string, unknown>;

/** Rules that Antigravity does not accept, described in words instead. */
const TOLD = [
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "pattern",
  "format",
  "default",
] as const;

/** Types of a union's branches, from the least to the most expressive. */
const RANK = ["NULL", "BOOLEAN", "INTEGER", "NUMBER", "STRING", "ARRAY", "OBJECT"];

/** Added to objects without a property, which Claude's side refuses; removed from the arguments again. */
export const PLACEHOLDER = "_placeholder";

/**
 * Converts any JSON Schema to the narrow one of Antigravity: type, description, enum, nullable, properties, required, items.
 * Unions become their richest branch; bounds are described in the description. Never fails.
 */
export function toNarrowSchema(schema: unknown): JsonObject {
  return narrow(toProtoSchema(schema).schema as Node) as JsonObject;
}

/** Parameters of a function for Claude: an object with at least one property. */
export function toClaudeParameters(schema: unknown): JsonObject {
  const converted = narrow(toProtoSchema(schema ?? { type: "object" }).schema as Node);
  const properties = isObject(converted["properties"]) ? converted["properties"] : {};
  if (converted["type"] === "OBJECT" && Object.keys(properties).length > 0) return converted as JsonObject;
  const placeholder = { type: "BOOLEAN", description: "Leave this out." };
  return { type: "OBJECT", properties: { [PLACEHOLDER]: placeholder } };
}

function narrow(schema: Node): Node {
  const node = bestBranch(schema);
  const type = typeOf(node);
  const description = describe(node);
  return {
    type,
    ...(description === "" ? {} : { description }),
    ...(node["nullable"] === true ? { nullable: true } : {}),
    ...(type === "STRING" && Array.isArray(node["enum"]) ? { enum: node["enum"].map(String) } : {}),
    ...(type === "OBJECT" ? objectFields(node) : {}),
    ...(type === "ARRAY"
      ? { items: isObject(node["items"]) ? narrow(node["items"]) : { type: "STRING" } }
      : {}),
  };
}

function objectFields(node: Node): Node {
  if (!isObject(node["properties"])) return {};
  const properties = Object.fromEntries(
    Object.entries(node["properties"]).map(([name, one]) => [name, narrow(isObject(one) ? one : {})]),
  );
  const listed = Array.isArray(node["required"]) ? node["required"] : [];
  const required = listed.filter((name) => typeof name === "string" && Object.hasOwn(properties, name));
  return { properties, ...(required.length === 0 ? {} : { required }) };
}

function bestBranch(schema: Node): Node {
  const branches = Array.isArray(schema["anyOf"]) ? schema["anyOf"].filter(isObject) : [];
  if (branches.length === 0) return schema;
  const { anyOf: _, ...around } = schema;
  const best = branches.reduce((one, other) => rank(other) > rank(one) ? other : one);
  const nullable = branches.some((branch) => branch["type"] === "NULL" || branch["nullable"] === true);
  return bestBranch({ ...around, ...best, ...(nullable ? { nullable: true } : {}) });
}

const rank = (node: Node) => RANK.indexOf(typeOf(node));

function typeOf(node: Node): string {
  const { type } = node;
  if (typeof type === "string" && RANK.includes(type.toUpperCase())) return type.toUpperCase();
  if (Array.isArray(node["anyOf"])) return typeOf(bestBranch(node));
  return isObject(node["properties"]) ? "OBJECT" : isObject(node["items"]) ? "ARRAY" : "STRING";
}

function describe(node: Node): string {
  const own = typeof node["description"] === "string" ? node["description"] : "";
  const told = TOLD.filter((name) => node[name] !== undefined)
    .map((name) => `${name}: ${JSON.stringify(node[name])}`);
  return [own, told.length === 0 ? "" : `(${told.join(", ")})`].filter((text) => text !== "").join(" ");
}
