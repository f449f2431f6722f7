import type { Json, JsonObject } from "../core/mod.ts";
import { highDemand, internal, overloaded, reject, type Rejection } from "./errors.ts";
import { type Emission, type Piece, piecesOf, pretty } from "./emission.ts";
import { type Fault, struckBy } from "./faults.ts";
import { asObject, asObjects } from "./json_read.ts";
import type { PlannedCandidate } from "./reply_plan.ts";

/** The refusal that a mid-stream error event carries. */
export function errorOfStatus(status: number): Rejection {
  if (status === 503) return overloaded();
  if (status === 500) return internal();
  if (status === 429) return reject(429, "Resource has been exhausted (e.g. check quota).");
  return status === 504 ? reject(504, "Deadline expired before operation could complete.") : highDemand();
}

/** Changes what the model says: empty replies, malformed calls, blocks of the answer. */
export function spoilCandidate(candidate: PlannedCandidate, faults: readonly Fault[]): PlannedCandidate {
  if (struckBy(faults, "empty")) return { chunks: [nothing(candidate)], finish: "STOP" };
  if (struckBy(faults, "malformed_call")) {
    return {
      chunks: [nothing(candidate)],
      finish: "MALFORMED_FUNCTION_CALL",
      finishMessage: 'Malformed function call: print(default_api.get_capital_info(country="France))',
    };
  }
  if (struckBy(faults, "thoughts_only")) return { chunks: [thoughtOnly()], finish: "STOP" };
  const finish = struckBy(faults, "finish");
  return finish ? { ...candidate, finish: finish.reason } : candidate;
}

function nothing(candidate: PlannedCandidate) {
  const thoughtTokens = candidate.chunks.reduce((sum, chunk) => sum + chunk.thoughtTokens, 0);
  return { parts: [], candidateTokens: 0, thoughtTokens };
}

function thoughtOnly() {
  const part = { text: "**Thinking**\n\nNothing more to say.\n\n\n", thought: true };
  return { parts: [part], candidateTokens: 0, thoughtTokens: 24 };
}

/** Changes finished events: a blocked prompt, no usage, calls without args. */
export function spoilEvents(events: readonly JsonObject[], faults: readonly Fault[]): readonly JsonObject[] {
  const block = struckBy(faults, "prompt_block");
  if (block) {
    const last = events.at(-1) ?? {};
    const prompt = asObject(last["usageMetadata"])?.["promptTokenCount"] ?? 0;
    return [{
      promptFeedback: { blockReason: block.reason ?? "PROHIBITED_CONTENT" },
      usageMetadata: { promptTokenCount: prompt, totalTokenCount: prompt },
      modelVersion: last["modelVersion"],
      responseId: last["responseId"],
    }];
  }
  let changed = events;
  if (struckBy(faults, "no_usage")) {
    changed = changed.map((event) => ({ ...event, usageMetadata: undefined }));
  }
  if (struckBy(faults, "no_args")) changed = changed.map(withoutArgs);
  const cut = struckBy(faults, "truncate");
  return cut ? truncated(changed, cut.after) : changed;
}

function truncated(events: readonly JsonObject[], after: number | undefined): readonly JsonObject[] {
  const kept = events.slice(0, after ?? Math.max(1, events.length - 1));
  return kept.map((event) => ({
    ...event,
    candidates: asObjects(event["candidates"]).map((candidate) => ({
      ...candidate,
      finishReason: undefined,
      finishMessage: undefined,
    })),
  }));
}

function withoutArgs(event: JsonObject): JsonObject {
  return JSON.parse(
    JSON.stringify(event, (key, value: Json) => key === "args" ? undefined : value),
  ) as JsonObject;
}

/** Changes how the framed texts go out: torn, slowed, stalled, split, with errors or comments in between. */
export function spoilEmission(texts: readonly string[], faults: readonly Fault[]): Emission {
  let pieces = withErrors(texts, faults);
  let end: Emission["end"] = "close";
  const reset = struckBy(faults, "reset_mid_stream");
  const hang = struckBy(faults, "hang");
  const cut = reset ?? hang;
  if (cut) {
    pieces = pieces.slice(0, cut.after);
    end = reset ? "reset" : "hang";
  }
  if (struckBy(faults, "comments")) {
    pieces = pieces.flatMap((piece) => [...piecesOf([": keep-alive\r\n\r\n"]), piece]);
  }
  const stall = struckBy(faults, "stall");
  if (stall) pieces = delayed(pieces, stall.ms, (index) => index === (stall.after ?? 1));
  const slow = struckBy(faults, "slow");
  if (slow) pieces = delayed(pieces, slow.ms, () => true);
  const split = struckBy(faults, "split_bytes");
  return { pieces: split ? pieces.flatMap((piece) => sliced(piece, split.size ?? 1)) : pieces, end };
}

function withErrors(texts: readonly string[], faults: readonly Fault[]): readonly Piece[] {
  const raw = struckBy(faults, "raw_error");
  if (raw) {
    const { error } = errorOfStatus(raw.status ?? 503);
    return piecesOf([...texts.slice(0, raw.after), pretty({ error })]);
  }
  const inEvent = struckBy(faults, "event_error");
  if (!inEvent) return piecesOf(texts);
  const { error } = errorOfStatus(inEvent.status ?? 503);
  return piecesOf([...texts.slice(0, inEvent.after), `data: ${JSON.stringify({ error })}\r\n\r\n`]);
}

function delayed(pieces: readonly Piece[], ms: number, which: (index: number) => boolean): readonly Piece[] {
  return pieces.map((piece, index) => which(index) ? { ...piece, waitMs: piece.waitMs + ms } : piece);
}

function sliced(piece: Piece, size: number): readonly Piece[] {
  const slices: Piece[] = [];
  for (let at = 0; at < piece.bytes.length; at += size) {
    slices.push({ bytes: piece.bytes.slice(at, at + size), waitMs: at === 0 ? piece.waitMs : 0 });
  }
  return slices;
}
