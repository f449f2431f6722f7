import { type Credential, isObject, type JsonObject, type OAuthCredential, trimEndOf } from "../core/mod.ts";
import type { Content, GeminiRequest, Part, Tool } from "../gemini/mod.ts";
import type { BuildInput } from "./contract.ts";

/** The settings of one of the two sources behind Code Assist's private API. */
export interface CodeAssistService {
  readonly source: OAuthCredential["source"];
  /** Bases in the order in which they are tried. */
  readonly hosts: readonly string[];
  /** One fixed value for all accounts: the service decides by it which models it serves. */
  readonly userAgent: string;
  /** The client's description for loadCodeAssist and onboardUser. */
  readonly metadata: JsonObject;
  /** Whether its licences are charged to a project of the user's, which set-up must then name. */
  readonly needsOwnProject: boolean;
  /** The form in which it states an account's quota: budgets shared by several models, or one for each model. */
  readonly quota: "shared" | "by_model";
  /** The project number of the OAuth client, which Google names when that client is not allowed to call the API. */
  readonly clientProject?: string;
}

/** An OAuth client's id begins with the number of its project. */
export function clientProjectOf(clientId: string | undefined): string | undefined {
  return /^(\d{6,})-/.exec(clientId ?? "")?.[1];
}

/** Address of a method: `{host}/v1internal:{method}`. Indexes beyond the last host wrap around. */
export function codeAssistUrl(service: CodeAssistService, host: number, method: string): string {
  const base = service.hosts[host % service.hosts.length] ?? "";
  return `${trimEndOf(base, "/")}/v1internal${method}`;
}

/** The minimal headers of the service; none of the client's are sent. */
export function codeAssistHeaders(service: CodeAssistService, accessToken: string): Record<string, string> {
  return {
    "authorization": `Bearer ${accessToken}`,
    "content-type": "application/json",
    "user-agent": service.userAgent,
  };
}

/** The account as this source's requests need it. Throws a TypeError for credentials that were not made ready. */
export function readyAccount(service: CodeAssistService, credential: Credential) {
  if (credential.source !== service.source) {
    throw new TypeError(
      `${service.source} takes its own accounts; credential ${credential.id} is of ${credential.source}`,
    );
  }
  const { accessToken, codeAssistProject } = credential;
  if (accessToken === undefined) throw new TypeError(`Credential ${credential.id} has no access token yet`);
  return { token: accessToken.reveal(), project: codeAssistProject };
}

/** True for image models, which have their own request type and quota. */
export const isImageModel = (model: string): boolean => /-image(?:-|$)/.test(model);

const DATA_FIELDS = [
  "text",
  "inlineData",
  "fileData",
  "functionCall",
  "functionResponse",
  "executableCode",
  "codeExecutionResult",
  "toolCall",
  "toolResponse",
] as const;

/** Removes empty parts and turns, with which the whole request would be refused. */
function fullContents(contents: readonly Content[]): readonly Content[] {
  return contents.flatMap(({ role, parts }) => {
    const full = parts.filter(hasData);
    return full.length === 0 ? [] : [{ role, parts: full }];
  });
}

function hasData(part: Part): boolean {
  return DATA_FIELDS.some((field) => part[field] !== undefined);
}

/**
 * Puts all functions in one declaration list; with functions, built-in tools that cannot be combined with them are left out.
 */
function onlyFunctions(tools: readonly Tool[] | undefined): readonly Tool[] | undefined {
  const functionDeclarations = (tools ?? []).flatMap((tool) => tool.functionDeclarations ?? []);
  return functionDeclarations.length === 0 ? tools : [{ functionDeclarations }];
}

/** The fields of a request that both sources accept; the others exist only in the public API. */
export function innerRequest(request: GeminiRequest) {
  const { systemInstruction, generationConfig } = request;
  const tools = onlyFunctions(request.tools);
  const { includeServerSideToolInvocations: _, ...toolConfig } = request.toolConfig ?? {};
  return {
    contents: fullContents(request.contents),
    ...(systemInstruction === undefined
      ? {}
      : { systemInstruction: { role: "user", parts: systemInstruction.parts.filter(hasData) } }),
    ...(tools === undefined || tools.length === 0 ? {} : { tools }),
    ...(Object.keys(toolConfig).length === 0 || tools === undefined || tools.length === 0
      ? {}
      : { toolConfig }),
    ...(generationConfig === undefined ? {} : { generationConfig }),
  };
}
/** The request inside an envelope. */
export type InnerRequest = ReturnType<typeof innerRequest>;

/** The body of a count, which only has turns; instructions and tools are counted as an additional turn. */
export function countBody({ model, request }: BuildInput) {
  const { systemInstruction, tools, contents } = request;
  const beside = [
    ...(systemInstruction?.parts ?? []),
    ...(tools === undefined || tools.length === 0 ? [] : [{ text: JSON.stringify(tools) }]),
  ];
  const first = beside.length === 0 ? [] : [{ role: "user" as const, parts: beside }];
  return { request: { model: `models/${model}`, contents: fullContents([...first, ...contents]) } };
}

/** The text sent instead of a model's answer when the client's version is refused; Google counts no tokens for it. */
const REFUSED_REGEXP = /^\s*this version of [\w -]{1,40} is no longer supported\./i;
/** The same for a model that Google has withdrawn. */
const WITHDRAWN_REGEXP = /^\s*[\w .-]{2,60} is no longer available\. please switch to /i;
const MOST_TOKENS = 4;

/**
 * Unwraps a chunk or reply of Code Assist from its envelope `{response, traceId}`; one without it is returned unchanged. A
 * refusal of the client's version or of the model, which comes as a success with that text, becomes an error object.
 */
export function unwrapCodeAssist(chunk: unknown): unknown {
  const one = Array.isArray(chunk) && chunk.length === 1 ? chunk[0] : chunk;
  if (!isObject(one)) return one;
  const inner = isObject(one["response"]) ? withId(one["response"], one["traceId"]) : one;
  const refusal = refusalIn(inner);
  if (refusal === undefined) return inner;
  return REFUSED_REGEXP.test(refusal)
    ? { error: { code: 503, status: "UNAVAILABLE", message: refusal } }
    : { error: { code: 404, status: "NOT_FOUND", message: refusal } };
}

function withId(response: Record<string, unknown>, traceId: unknown): Record<string, unknown> {
  return response["responseId"] === undefined && typeof traceId === "string"
    ? { ...response, responseId: traceId }
    : response;
}

/**
 * The sentence with which Google refuses the client's version or the model instead of an answer; undefined for every other
 * reply.
 */
function refusalIn(reply: unknown): string | undefined {
  if (!isObject(reply) || !Array.isArray(reply["candidates"])) return undefined;
  const usage = reply["usageMetadata"];
  const counted = isObject(usage) ? usage["candidatesTokenCount"] : undefined;
  if (typeof counted === "number" && counted > MOST_TOKENS) return undefined;
  const [candidate] = reply["candidates"];
  const text = wordsOf(candidate);
  if (text === undefined || text.length >= 300) return undefined;
  // A model's own answer may begin with such words: for a withdrawn model it is the whole answer, and no tokens are counted.
  const whole = isObject(usage) || (isObject(candidate) && candidate["finishReason"] !== undefined);
  const refused = REFUSED_REGEXP.test(text) || (whole && WITHDRAWN_REGEXP.test(text));
  return refused ? text.trim() : undefined;
}

/** The candidate's text if it contains only text. */
function wordsOf(candidate: unknown): string | undefined {
  const content = isObject(candidate) ? candidate["content"] : undefined;
  const parts = isObject(content) ? content["parts"] : undefined;
  if (!Array.isArray(parts) || parts.length === 0) return undefined;
  const texts = parts.map((part) => isObject(part) && part["thought"] !== true ? part["text"] : undefined);
  return texts.every((text) => typeof text === "string") ? texts.join("") : undefined;
}
