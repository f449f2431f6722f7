import type { Json, JsonObject } from "../core/mod.ts";
import type { PlannedCall, PlannedCandidate, PlannedChunk, ReplyPlan } from "./reply_plan.ts";
import { modalityDetails, textTokens, type TokenCount } from "./tokens.ts";
import { asList, asNumber, asObject, asText } from "./json_read.ts";
import type { SimModel } from "./models.ts";

/** Fields that every event of one reply repeats. */
export interface ReplyFrame {
  readonly modelVersion: string;
  readonly responseId: string;
  readonly prompt: TokenCount;
  readonly cachedTokens: number;
  /** Tokens of search results fed back to the model. */
  readonly toolUseTokens: number;
}

/** usageMetadata in Google's arithmetic: the total is prompt + candidates + thoughts + tool use. */
function usageBody(frame: ReplyFrame, candidates: number, thoughts: number): JsonObject {
  return {
    promptTokenCount: frame.prompt.total,
    ...(candidates > 0 ? { candidatesTokenCount: candidates } : {}),
    totalTokenCount: frame.prompt.total + candidates + thoughts + frame.toolUseTokens,
    ...(frame.cachedTokens > 0 ? { cachedContentTokenCount: frame.cachedTokens } : {}),
    promptTokensDetails: modalityDetails(frame.prompt.byModality),
    ...(frame.toolUseTokens > 0 ? { toolUsePromptTokenCount: frame.toolUseTokens } : {}),
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
  };
}

function event(frame: ReplyFrame, candidates: Json | undefined, usage: JsonObject): JsonObject {
  return {
    ...(candidates === undefined ? {} : { candidates }),
    usageMetadata: usage,
    modelVersion: frame.modelVersion,
    responseId: frame.responseId,
  };
}

function finishFields(candidate: PlannedCandidate): JsonObject {
  return {
    finishReason: candidate.finish,
    ...(candidate.finishMessage === undefined ? {} : { finishMessage: candidate.finishMessage }),
    ...(candidate.grounding === undefined ? {} : { groundingMetadata: candidate.grounding }),
  };
}

/** Every event of the stream, with cumulative usage; hidden thinking only moves the usage of what follows. */
export function streamEvents(
  candidates: readonly PlannedCandidate[],
  frame: ReplyFrame,
): readonly JsonObject[] {
  const events: JsonObject[] = [];
  let spoken = 0;
  let thought = 0;
  for (const [index, candidate] of candidates.entries()) {
    const last = candidate.chunks.length - 1;
    for (const [position, chunk] of candidate.chunks.entries()) {
      spoken += chunk.candidateTokens;
      thought += chunk.thoughtTokens;
      if (chunk.parts.length === 0 && position < last) continue;
      const content = { ...(chunk.parts.length > 0 ? { parts: [...chunk.parts] } : {}), role: "model" };
      const body = { content, ...(position === last ? finishFields(candidate) : {}), index };
      events.push(event(frame, [body], usageBody(frame, spoken, thought)));
    }
  }
  return events;
}

/** The whole reply as one body: the fold of the stream. */
export function wholeReply(candidates: readonly PlannedCandidate[], frame: ReplyFrame): JsonObject {
  const bodies = candidates.map((candidate, index) => {
    const parts = foldParts(candidate.chunks);
    return {
      content: { ...(parts.length > 0 ? { parts: [...parts] } : {}), role: "model" },
      ...finishFields(candidate),
      index,
    };
  });
  const chunks = candidates.flatMap((candidate) => candidate.chunks);
  const spoken = chunks.reduce((sum, chunk) => sum + chunk.candidateTokens, 0);
  const thought = chunks.reduce((sum, chunk) => sum + chunk.thoughtTokens, 0);
  return event(frame, bodies, usageBody(frame, spoken, thought));
}

/** Joins neighbouring texts of one kind; a signature on an empty last text moves to the text before it. */
function foldParts(chunks: readonly PlannedChunk[]): readonly JsonObject[] {
  const folded: Record<string, Json | undefined>[] = [];
  for (const part of chunks.flatMap((chunk) => chunk.parts)) {
    const last = folded.at(-1);
    const joins = last !== undefined && typeof last["text"] === "string" &&
      typeof part["text"] === "string" &&
      last["thought"] === part["thought"] && (part["thoughtSignature"] === undefined || part["text"] === "");
    if (!joins) {
      folded.push({ ...part });
      continue;
    }
    last["text"] = `${last["text"]}${part["text"]}`;
    if (part["thoughtSignature"] !== undefined) last["thoughtSignature"] = part["thoughtSignature"];
  }
  return folded;
}

/** Where signatures and call ids come from while a reply is cut. */
interface ReplyIds {
  readonly signature: () => string;
  readonly callId: () => string;
}

const WORDS_PER_CHUNK = 6;
const IMAGE_TOKENS = 1290;

/** How many tokens the model thinks for this request; 0 when thinking is off. */
function thinkingTokens(request: JsonObject, model: SimModel): number {
  const config = asObject(asObject(request["generationConfig"])?.["thinkingConfig"]);
  const budget = asNumber(config?.["thinkingBudget"]);
  if (model.thinking.kind === "none" || budget === 0) return 0;
  if (model.thinking.kind === "budget") {
    // Flash-lite thinks only when it is asked to; its range is the one with a lower bound and an off switch.
    const quiet = model.thinking.zero && model.thinking.min > 0 && budget === undefined;
    return quiet ? 0 : 32;
  }
  const level = asText(config?.["thinkingLevel"]) ?? "HIGH";
  return level === "MINIMAL" ? 0 : level === "LOW" ? 12 : level === "MEDIUM" ? 24 : 48;
}

/** Cuts a plan into the chunks that a stream of this model would bring, honouring stop sequences and the output limit. */
export function cutReply(
  plan: ReplyPlan,
  request: JsonObject,
  model: SimModel,
  ids: ReplyIds,
): PlannedCandidate {
  const config = asObject(request["generationConfig"]) ?? {};
  const limit = asNumber(config["maxOutputTokens"]) ?? Infinity;
  const thoughts = Math.min(thinkingTokens(request, model), Math.max(0, limit - 1));
  const shown = asObject(config["thinkingConfig"])?.["includeThoughts"] === true;
  const text = beforeStop(plan.text, asList(config["stopSequences"]));
  const room = thoughts > 0 && limit <= thoughts + 1 ? 0 : limit - thoughts;
  const fits = textTokens(text) <= room;
  const chunks = [
    ...thoughtChunks(plan.thought, thoughts, shown),
    ...textChunks(fits ? text : text.slice(0, room * 4)),
    ...mediaChunks(fits ? plan.image : undefined, "image/png"),
    ...mediaChunks(fits ? plan.speech : undefined, "audio/L16;codec=pcm;rate=24000"),
    ...callChunks(fits ? plan.calls : [], model, ids),
  ];
  const signed = signText(chunks, plan, request, model, ids);
  return {
    chunks: signed.length > 0 ? signed : [{ parts: [], candidateTokens: 0, thoughtTokens: thoughts }],
    finish: fits ? plan.finish ?? "STOP" : "MAX_TOKENS",
    ...finishMessageOf(plan, fits),
    ...(plan.grounding && fits ? { grounding: plan.grounding } : {}),
  };
}

function finishMessageOf(plan: ReplyPlan, fits: boolean): { readonly finishMessage?: string } {
  if (plan.finishMessage !== undefined) return { finishMessage: plan.finishMessage };
  return plan.calls.length > 0 && fits ? { finishMessage: "Model generated function call(s)." } : {};
}

function beforeStop(text: string, stops: readonly unknown[]): string {
  let end = text.length;
  for (const stop of stops) {
    const at = typeof stop === "string" ? text.indexOf(stop) : -1;
    if (at >= 0) end = Math.min(end, at);
  }
  return text.slice(0, end);
}

function thoughtChunks(thought: string, tokens: number, shown: boolean): readonly PlannedChunk[] {
  if (tokens === 0) return [];
  if (!shown) return [{ parts: [], candidateTokens: 0, thoughtTokens: tokens }];
  return [{ parts: [{ text: thought, thought: true }], candidateTokens: 0, thoughtTokens: tokens }];
}

function textChunks(text: string): readonly PlannedChunk[] {
  const words = text.match(/\S*\s*/g)?.filter((word) => word !== "") ?? [];
  const pieces: string[] = [];
  for (let index = 0; index < words.length; index += WORDS_PER_CHUNK) {
    pieces.push(words.slice(index, index + WORDS_PER_CHUNK).join(""));
  }
  let sent = 0;
  let before = 0;
  return pieces.map((piece) => {
    sent += piece.length;
    const total = Math.ceil(sent / 4);
    const candidateTokens = total - before;
    before = total;
    return { parts: [{ text: piece }], candidateTokens, thoughtTokens: 0 };
  });
}

function mediaChunks(data: string | undefined, mimeType: string): readonly PlannedChunk[] {
  if (data === undefined) return [];
  const part = { inlineData: { mimeType, data } };
  return [{ parts: [part], candidateTokens: IMAGE_TOKENS, thoughtTokens: 0 }];
}

function callChunks(calls: readonly PlannedCall[], model: SimModel, ids: ReplyIds): readonly PlannedChunk[] {
  return calls.map((call, index) => ({
    parts: [{
      functionCall: { ...(model.callIds ? { id: ids.callId() } : {}), name: call.name, args: call.args },
      ...(index === 0 && model.signatures !== "none" ? { thoughtSignature: ids.signature() } : {}),
    }],
    candidateTokens: textTokens(call.name + JSON.stringify(call.args)),
    thoughtTokens: 0,
  }));
}

/**
 * Signs a reply without calls. Gemini 3: an empty text in the last chunk. Gemini 2.5: the first part after the thinking, and
 * only when tools are declared. Image replies: the first visible part and the image.
 */
function signText(
  chunks: readonly PlannedChunk[],
  plan: ReplyPlan,
  request: JsonObject,
  model: SimModel,
  ids: ReplyIds,
): readonly PlannedChunk[] {
  if (model.signatures === "none" || plan.calls.length > 0) return chunks;
  const visible = chunks.findIndex((chunk) => chunk.parts.some((part) => part["thought"] !== true));
  if (model.signatures === "optional") {
    if (asList(request["tools"]).length === 0 || visible < 0) return chunks;
    return chunks.map((chunk, index) => index === visible ? withSignature(chunk, ids.signature()) : chunk);
  }
  if (visible < 0) return chunks;
  if (model.image && plan.image !== undefined) {
    return chunks.map((chunk, index) => {
      const image = chunk.parts.some((part) => part["inlineData"] !== undefined);
      return index === visible || image ? withSignature(chunk, ids.signature()) : chunk;
    });
  }
  const last = {
    parts: [{ text: "", thoughtSignature: ids.signature() }],
    candidateTokens: 0,
    thoughtTokens: 0,
  };
  return [...chunks, last];
}

function withSignature(chunk: PlannedChunk, signature: string): PlannedChunk {
  return {
    ...chunk,
    parts: chunk.parts.map((part, index) => index === 0 ? { ...part, thoughtSignature: signature } : part),
  };
}
