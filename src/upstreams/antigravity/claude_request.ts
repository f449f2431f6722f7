import type { Content, FunctionDeclaration, GenerationConfig, Part } from "../../gemini/mod.ts";
import type { InnerRequest } from "../code_assist_request.ts";
import { claudeId, type ClaudeNames } from "./claude_names.ts";
import { toClaudeParameters } from "./narrow_schema.ts";

/** Claude's own limits behind Antigravity, in tokens. */
const MOST_OUTPUT = 64_000;
const LEAST_THINKING = 1_024;
/** Genuine signatures are long; stand-ins made for Gemini are not taken. */
const SIGNATURE_LENGTH = 50;

/** Changes a request to what Claude models take: no prefill, paired turns, genuine signatures, budgets below the output limit. */
export function claudeRequest(request: InnerRequest, names: ClaudeNames): InnerRequest {
  const contents = claudeContents(request.contents, names);
  const only = request.toolConfig?.functionCallingConfig?.allowedFunctionNames;
  const tools = request.tools?.map((tool) =>
    tool.functionDeclarations === undefined ? tool : {
      // None can be forced, so that all but those that may be called are left out.
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

/** A tool loop that goes on without the thoughts it began with must go on without thinking. */
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
      // Of the two Claude takes one.
      ...(topP === undefined || temperature !== undefined ? {} : { topP }),
      ...(topK === undefined ? {} : { topK }),
    };
    return { ...rest, ...sampling, maxOutputTokens: most };
  }
  // While it thinks, Claude takes no sampling settings.
  const shown = thinkingConfig?.includeThoughts ?? true;
  return {
    ...rest,
    maxOutputTokens: most,
    thinkingConfig: { includeThoughts: shown, thinkingBudget: budget },
  };
}
