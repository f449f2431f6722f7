import { isObject, type JsonObject, type NewId } from "../core/mod.ts";
import { addPartialArgs, partialArguments, type PartialCall, startPartialCall } from "./partial_call.ts";
import type { Finish, TurnEvent } from "./turn_event.ts";
import type { Candidate, Part } from "./wire.ts";

type ToolCall = Extract<TurnEvent, { type: "tool-call" }>;

/** Segments one candidate over the chunks of its reply. */
export interface CandidateSegmenter {
  push(candidate: Candidate, out: TurnEvent[]): void;
  /** Gives out the tool calls still held. */
  flush(out: TurnEvent[]): void;
  finish(): Finish | undefined;
  /** True once a part with something in it was met. */
  hasContent(): boolean;
}

/** Makes the segmenter of candidate `index`; `seenIds` are the call ids already used in this reply. */
export function candidateSegmenter(index: number, newId: NewId, seenIds: Set<string>): CandidateSegmenter {
  let held: ToolCall[] = [];
  let partial: PartialCall | undefined;
  let finish: Finish | undefined;
  let content = false;

  const hold = (name: string, id: unknown, args: unknown, signature: string | undefined) => {
    const upstreamId = typeof id === "string" && id !== "" && !seenIds.has(id);
    const callId = upstreamId ? id : newId("call_");
    seenIds.add(callId);
    held.push({
      type: "tool-call",
      candidate: index,
      id: callId,
      upstreamId,
      name,
      args: (isObject(args) ? args : {}) as JsonObject,
      ...signed(signature),
    });
  };

  const closePartial = () => {
    if (partial !== undefined) hold(partial.name, partial.id, partialArguments(partial), partial.signature);
    partial = undefined;
  };

  const onCall = (call: Record<string, unknown>, signature: string | undefined) => {
    const name = call["name"];
    if (typeof name === "string" && name !== "") {
      closePartial();
      const comesInPieces = call["willContinue"] === true || Array.isArray(call["partialArgs"]);
      if (!comesInPieces) return hold(name, call["id"], call["args"], signature);
      partial = startPartialCall(name, typeof call["id"] === "string" ? call["id"] : undefined, signature);
    }
    if (partial === undefined) return;
    addPartialArgs(partial, call["partialArgs"]);
    if (call["willContinue"] !== true) closePartial();
  };

  /** A function response in a model turn: Google has run that call itself, so the client must not. */
  const onResponse = (response: Record<string, unknown>) => {
    closePartial();
    const byId = held.findIndex((call) => call.upstreamId && call.id === response["id"]);
    const position = byId >= 0 ? byId : held.findIndex((call) => call.name === response["name"]);
    if (position >= 0) held.splice(position, 1);
  };

  const flush = (out: TurnEvent[]) => {
    closePartial();
    if (held.length === 0) return;
    out.push(...held);
    held = [];
  };

  const onPart = (part: Part, out: TurnEvent[]) => {
    const signature = typeof part.thoughtSignature === "string" && part.thoughtSignature !== ""
      ? part.thoughtSignature
      : undefined;
    if (isObject(part.functionCall)) {
      content = true;
      return onCall(part.functionCall, signature);
    }
    if (isObject(part.functionResponse)) return onResponse(part.functionResponse);
    const event = partEvent(index, part, signature);
    if (event === undefined) return;
    content = true;
    flush(out);
    out.push(event);
  };

  return {
    push(candidate, out) {
      const parts = candidate.content?.parts;
      if (Array.isArray(parts)) { for (const part of parts) if (isObject(part)) onPart(part as Part, out); }
      const citation = citationEvent(index, candidate);
      if (citation !== undefined) out.push(citation);
      if (isObject(candidate.logprobsResult)) {
        out.push({ type: "logprobs", candidate: index, result: candidate.logprobsResult as JsonObject });
      }
      if (typeof candidate.finishReason === "string" && candidate.finishReason !== "") {
        finish = finishOf(index, candidate.finishReason, candidate.finishMessage);
      }
    },
    flush,
    finish: () => finish,
    hasContent: () => content,
  };
}

function signed(signature: string | undefined): { signature?: string } {
  return signature === undefined ? {} : { signature };
}

function finishOf(candidate: number, reason: string, message: unknown): Finish {
  return typeof message === "string" ? { candidate, reason, message } : { candidate, reason };
}

/** The event of any part but calls and responses; undefined when there is nothing to say or the part is unknown. */
function partEvent(candidate: number, part: Part, signature: string | undefined): TurnEvent | undefined {
  if (typeof part.text === "string" && part.text !== "") {
    const type = part.thought === true ? "thought-delta" : "text-delta";
    return { type, candidate, text: part.text, ...signed(signature) };
  }
  if (isObject(part.inlineData)) {
    const { mimeType, data } = part.inlineData as { mimeType?: string; data?: string };
    if (part.thought === true || typeof data !== "string" || data === "") return undefined;
    return {
      type: "media",
      candidate,
      mimeType: mimeType ?? "application/octet-stream",
      data,
      ...signed(signature),
    };
  }
  if (isObject(part.executableCode)) {
    const { language, code } = part.executableCode;
    return {
      type: "code",
      candidate,
      language: language ?? "PYTHON",
      code: code ?? "",
      ...signed(signature),
    };
  }
  if (isObject(part.codeExecutionResult)) {
    const { outcome, output } = part.codeExecutionResult;
    return {
      type: "code-result",
      candidate,
      outcome: outcome ?? "OUTCOME_UNSPECIFIED",
      output: output ?? "",
    };
  }
  if (signature === undefined || part.toolCall !== undefined || part.toolResponse !== undefined) {
    return undefined;
  }
  return { type: "signature", candidate, signature };
}

function citationEvent(index: number, candidate: Candidate): TurnEvent | undefined {
  const grounding = filled(candidate.groundingMetadata);
  const citations = filled(candidate.citationMetadata);
  const urlContext = filled(candidate.urlContextMetadata);
  if (grounding === undefined && citations === undefined && urlContext === undefined) return undefined;
  return {
    type: "citation",
    candidate: index,
    ...(grounding === undefined ? {} : { grounding }),
    ...(citations === undefined ? {} : { citations }),
    ...(urlContext === undefined ? {} : { urlContext }),
  };
}

function filled(value: unknown): JsonObject | undefined {
  return isObject(value) && Object.keys(value).length > 0 ? value as JsonObject : undefined;
}
