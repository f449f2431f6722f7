import type { FunctionDeclaration, GenerationConfig } from "../../gemini/mod.ts";
import { type InnerRequest, innerRequest, isImageModel } from "../code_assist_request.ts";
import type { BuildInput } from "../contract.ts";
import type { ClaudeNames } from "./claude_names.ts";
import { claudeRequest } from "./claude_request.ts";
import { toNarrowSchema } from "./narrow_schema.ts";

/** The body of a generating call. Credits are never opted into. */
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

/** A request for a picture: one candidate, and nothing that only words need. */
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

/** A conversation's number: the same for the same conversation, and nothing of it can be read from it. 64 bits of FNV-1a. */
function sessionNumber(session: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < session.length && at < 1_000; at++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(session.charCodeAt(at))) * FNV_PRIME);
  }
  return `-${10n ** 18n + hash % (8n * 10n ** 18n)}`;
}
