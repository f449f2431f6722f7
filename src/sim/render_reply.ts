import type { Json, JsonObject } from "../core/mod.ts";
import type { PlannedCandidate, PlannedChunk } from "./reply_plan.ts";
import { modalityDetails, type TokenCount } from "./tokens.ts";

/** What every event of one reply repeats. */
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
