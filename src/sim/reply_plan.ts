import type { Json, JsonObject } from "../core/mod.ts";

/** One function call that the simulated model makes. */
export interface PlannedCall {
  readonly name: string;
  readonly args: JsonObject;
}

/** What the simulated model says, before it is cut into chunks, signed and counted. */
export interface ReplyPlan {
  /** Visible text; may be empty. */
  readonly text: string;
  readonly calls: readonly PlannedCall[];
  /** Summary of the thinking; sent only when the request asks for thoughts. */
  readonly thought: string;
  /** A base64 PNG. */
  readonly image?: string;
  /** Base64 of samples of 16 bits. */
  readonly speech?: string;
  readonly grounding?: JsonObject;
  /** Default STOP. */
  readonly finish?: string;
  readonly finishMessage?: string;
}

/** A plan with nothing but text. */
export function textPlan(text: string): ReplyPlan {
  return { text, calls: [], thought: "" };
}

/** One event of a stream: the parts it brings, and how many tokens they are. */
export interface PlannedChunk {
  readonly parts: readonly JsonObject[];
  readonly candidateTokens: number;
  readonly thoughtTokens: number;
}

/** One candidate, cut. The finish reason belongs to the last chunk. */
export interface PlannedCandidate {
  readonly chunks: readonly PlannedChunk[];
  readonly finish: string;
  readonly finishMessage?: string;
  readonly grounding?: Json;
}
