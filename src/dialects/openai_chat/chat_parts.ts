import { finishKind, type GroundedSpan, groundedSpans, type TurnEvent } from "../../gemini/mod.ts";
import { isObject, type JsonObject, type Usage } from "../../core/mod.ts";
import type { ChatContext } from "./chat_context.ts";

/** The text that an event adds to `content`: text itself, and executed code with its result as fenced blocks. */
export function contentOf(event: TurnEvent): string {
  switch (event.type) {
    case "text-delta":
      return event.text;
    case "code":
      return `\n\`\`\`${event.language.toLowerCase()}\n${event.code.replace(/\n$/, "")}\n\`\`\`\n`;
    case "code-result":
      return event.output === "" ? "" : `\n\`\`\`\n${event.output.replace(/\n$/, "")}\n\`\`\`\n`;
    default:
      return "";
  }
}

/** A data URL part in the form that OpenRouter and LiteLLM use for images in replies. */
export function imagePart(
  { mimeType, data, signature }: Extract<TurnEvent, { type: "media" }>,
  index: number,
): JsonObject {
  const url = `data:${mimeType};base64,${data}`;
  return { type: "image_url", image_url: { url }, index, ...signatureFields(signature) };
}

type Citation = Extract<TurnEvent, { type: "citation" }>;

/** Fields that citations add to a message: annotations with character offsets, and Google's own objects beside them. */
export function citationFields(citation: Citation, content: string): JsonObject {
  const { grounding, citations, urlContext } = citation;
  const annotations = grounding === undefined ? [] : groundedSpans(grounding, content).map(annotationOf);
  return {
    ...(annotations.length === 0 ? {} : { annotations }),
    extra_content: {
      google: {
        ...(grounding === undefined ? {} : { grounding_metadata: grounding }),
        ...(citations === undefined ? {} : { citation_metadata: citations }),
        ...(urlContext === undefined ? {} : { url_context_metadata: urlContext }),
      },
    },
  };
}

function annotationOf({ start, end, url, title }: GroundedSpan): JsonObject {
  return { type: "url_citation", url_citation: { url, title, start_index: start, end_index: end } };
}

/** Later citations of a reply complete earlier ones. */
export function joinCitations(earlier: Citation | undefined, later: Citation): Citation {
  return earlier === undefined ? later : { ...earlier, ...later };
}

/** Where a thought signature is in Google's own OpenAI-compatible replies. */
export function signatureFields(signature: string | undefined): JsonObject {
  return signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
}

export type ToolCallEvent = Extract<TurnEvent, { type: "tool-call" }>;

/** One entry of `tool_calls`; stream deltas add an index to it. */
export function chatToolCall(event: ToolCallEvent, context: ChatContext): JsonObject {
  const name = context.names.toClient(event.name);
  const extra = signatureFields(event.signature);
  if (context.customTools.has(name)) {
    return { id: event.id, type: "custom", custom: { name, input: customInput(event.args) }, ...extra };
  }
  return { id: event.id, type: "function", function: functionOf(event, context), ...extra };
}

/** `function_call` of the older API, which has neither ids nor parallel calls. */
export function functionOf(event: ToolCallEvent, context: ChatContext): JsonObject {
  return { name: context.names.toClient(event.name), arguments: JSON.stringify(event.args) };
}

function customInput(args: JsonObject): string {
  const { input } = args;
  return typeof input === "string" ? input : JSON.stringify(input ?? args);
}

/** The output of a candidate before it ended. */
export interface Given {
  readonly hasToolCall: boolean;
  readonly hasContent: boolean;
  readonly legacyFunctions: boolean;
}

/** OpenAI's finish_reason for Gemini's; only OpenAI's own words leave here. */
export function chatFinish(reason: string, { hasToolCall, hasContent, legacyFunctions }: Given): string {
  const toolWord = legacyFunctions ? "function_call" : "tool_calls";
  switch (finishKind(reason, hasToolCall)) {
    case "length":
      return "length";
    case "filter":
      return "content_filter";
    case "tool":
      return toolWord;
    case "malformed":
      return hasToolCall ? toolWord : "stop";
    case "other":
      return hasContent ? "stop" : "content_filter";
    case "stop":
      return "stop";
  }
}

/** OpenAI's `logprobs.content` for Gemini's logprobsResult. */
export function chatLogprobs(result: JsonObject): JsonObject[] {
  const chosen = Array.isArray(result["chosenCandidates"]) ? result["chosenCandidates"] : [];
  const top = Array.isArray(result["topCandidates"]) ? result["topCandidates"] : [];
  return chosen.map((candidate, position) => {
    const alternatives = isObject(top[position]) ? top[position]["candidates"] : undefined;
    return {
      ...tokenOf(candidate),
      top_logprobs: (Array.isArray(alternatives) ? alternatives : []).map(tokenOf),
    };
  });
}

function tokenOf(candidate: unknown): JsonObject {
  const { token, logProbability } = isObject(candidate) ? candidate : {};
  const text = typeof token === "string" ? token : "";
  return {
    token: text,
    // Google leaves out 0, the logarithm of certainty.
    logprob: typeof logProbability === "number" ? logProbability : 0,
    bytes: [...new TextEncoder().encode(text)],
  };
}

/** OpenAI's usage object: the prompt with what tools fed back, the completion with the thoughts. */
export function chatUsage(usage: Usage): JsonObject {
  const prompt = usage.promptTokens + usage.toolUseTokens;
  const completion = usage.candidatesTokens + usage.thoughtsTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: usage.cachedTokens,
      audio_tokens: usage.promptDetails?.["AUDIO"] ?? 0,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.thoughtsTokens,
      audio_tokens: usage.candidatesDetails?.["AUDIO"] ?? 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
