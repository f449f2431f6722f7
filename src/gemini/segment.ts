import { isObject, type NewId } from "../core/mod.ts";
import { CallIds, CandidateSegmenter } from "./segment_candidate.ts";
import type { Finish, TurnEvent } from "./turn_event.ts";
import { hasCounts, mergeUsage, usageOf } from "./usage.ts";
import type { Candidate, GeminiReply, UsageMetadata } from "./wire.ts";

/** An error object that came inside a reply with status 200, for the upstream's classifier. */
export interface StreamedError {
  readonly kind: "error";
  /** `error.code` when it is an HTTP status, else 502. */
  readonly status: number;
  /** The object as JSON text. */
  readonly body: string;
}

/** Why an ended body is not a turn: nothing in it, cut before its finish, or not what Gemini sends. */
export type SegmentFault = "truncated" | "empty" | "malformed";

export type SegmentEnd =
  | { readonly ok: true; readonly events: readonly TurnEvent[] }
  | { readonly ok: false; readonly reason: SegmentFault };

/** Turns the chunks of one reply into events; one instance a reply. */
export interface Segmenter {
  /** Events of one chunk (or of a whole reply that was not streamed), parsed and out of its source's envelope; added to `out`. */
  push(chunk: unknown, out?: TurnEvent[]): TurnEvent[];
  /** Call once at the end of the body: only there a turn ends, as chunks may follow the first finishReason. */
  end(): SegmentEnd;
  /** Number of non-empty parts, finishes and blocks so far: it shows that the upstream is working. */
  readonly parts: number;
  /** Set when an error object came before the turn was complete; nothing after it is usable. */
  readonly error: StreamedError | undefined;
}

/**
 * Makes a segmenter. Tool calls without an id of Google's are get `newId("call_")`. A tool call is held until
 * something else follows or the body ends, because a function response right after it means that Google has run
 * it.
 */
export function createSegmenter(options: { readonly newId: NewId }): Segmenter {
  return new ReplySegmenter(options.newId);
}

/** Candidates of one reply; candidates with a higher index are ignored. */
const MOST_CANDIDATES = 64;

class ReplySegmenter implements Segmenter {
  readonly #callIds: CallIds;
  readonly #candidates = new Map<number, CandidateSegmenter>();
  #started = false;
  #malformed = false;
  #usage: UsageMetadata | undefined;
  #block: { reason: string; message?: string } | undefined;
  #error: StreamedError | undefined;

  constructor(newId: NewId) {
    this.#callIds = new CallIds(newId);
  }

  get error(): StreamedError | undefined {
    return this.#error;
  }

  get parts(): number {
    let count = this.#block === undefined ? 0 : 1;
    for (const candidate of this.#candidates.values()) count += candidate.parts;
    return count;
  }

  push(chunk: unknown, out: TurnEvent[] = []): TurnEvent[] {
    if (!isObject(chunk)) {
      this.#malformed = true;
      return out;
    }
    const reply = chunk as GeminiReply;
    if (reply.error !== undefined && reply.error !== null) {
      if (!this.#finished()) this.#error ??= streamedError(reply.error, chunk);
      return out;
    }
    if (!this.#started) {
      this.#started = true;
      out.push(turnStart(reply));
    }
    this.#noteUsage(reply.usageMetadata, out);
    this.#block ??= blockOf(reply);
    if (Array.isArray(reply.candidates)) this.#pushAll(reply.candidates, out);
    return out;
  }

  end(): SegmentEnd {
    if (this.#malformed && !this.#finished()) return { ok: false, reason: "malformed" };
    if (!this.#finished()) {
      return { ok: false, reason: hasContent(this.#candidates) ? "truncated" : "empty" };
    }
    const events: TurnEvent[] = [];
    const finishes: Finish[] = [];
    for (const [, candidate] of [...this.#candidates].sort(([a], [b]) => a - b)) {
      candidate.close(events);
      if (candidate.finish !== undefined) finishes.push(candidate.finish);
    }
    if (this.#usage !== undefined) events.push({ type: "usage", usage: usageOf(this.#usage) });
    events.push({
      type: "turn-end",
      finishes,
      ...(this.#block === undefined ? {} : { block: this.#block }),
    });
    return { ok: true, events };
  }

  #pushAll(candidates: readonly Candidate[], out: TurnEvent[]): void {
    for (let position = 0; position < candidates.length; position++) {
      const candidate = candidates[position];
      if (isObject(candidate)) this.#at(indexOf(candidate, position))?.push(candidate, out);
    }
  }

  #at(index: number): CandidateSegmenter | undefined {
    const known = this.#candidates.get(index);
    if (known !== undefined) return known;
    if (this.#candidates.size >= MOST_CANDIDATES) return undefined;
    const made = new CandidateSegmenter(index, this.#callIds);
    this.#candidates.set(index, made);
    return made;
  }

  #noteUsage(metadata: UsageMetadata | undefined, out: TurnEvent[]): void {
    if (!isObject(metadata)) return;
    this.#usage = mergeUsage(this.#usage, metadata);
    if (hasCounts(metadata)) out.push({ type: "usage", usage: usageOf(this.#usage) });
  }

  #finished(): boolean {
    return this.#block !== undefined || (this.#candidates.size > 0 && allFinished(this.#candidates));
  }
}

function indexOf(candidate: Candidate, position: number): number {
  return typeof candidate.index === "number" ? candidate.index : position;
}

function allFinished(candidates: ReadonlyMap<number, CandidateSegmenter>): boolean {
  for (const candidate of candidates.values()) if (candidate.finish === undefined) return false;
  return true;
}

function hasContent(candidates: ReadonlyMap<number, CandidateSegmenter>): boolean {
  for (const candidate of candidates.values()) if (candidate.hasContent) return true;
  return false;
}

function turnStart(reply: GeminiReply): TurnEvent {
  return {
    type: "turn-start",
    ...(typeof reply.responseId === "string" ? { responseId: reply.responseId } : {}),
    ...(typeof reply.modelVersion === "string" ? { modelVersion: reply.modelVersion } : {}),
  };
}

/** Values that mean "no reason"; both spellings have been seen. */
const NO_REASON = new Set(["", "BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED"]);

function blockOf(reply: GeminiReply): { reason: string; message?: string } | undefined {
  const feedback: unknown = reply.promptFeedback;
  if (!isObject(feedback)) return undefined;
  const { blockReason: reason, blockReasonMessage: message } = feedback;
  if (typeof reason !== "string" || NO_REASON.has(reason)) return undefined;
  return typeof message === "string" ? { reason, message } : { reason };
}

function streamedError(error: unknown, chunk: unknown): StreamedError {
  const code = isObject(error) ? error["code"] : undefined;
  const status = typeof code === "number" && code >= 400 && code <= 599 ? code : 502;
  return { kind: "error", status, body: JSON.stringify(chunk) };
}
