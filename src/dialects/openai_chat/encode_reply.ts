import type { JsonObject, Usage } from "../../core/mod.ts";
import { type Finish, NO_USAGE, type TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput } from "../contract.ts";
import { nativeFinish } from "../shared_fields.ts";
import {
  chatFinish,
  chatLogprobs,
  chatToolCall,
  chatUsage,
  citationFields,
  contentOf,
  functionOf,
  type Given,
  imagePart,
  joinCitations,
  type ToolCallEvent,
} from "./chat_parts.ts";
import type { ChatContext } from "./chat_context.ts";
import { completionId, refusalText } from "./encode_stream.ts";

/** One message, gathered from the events of a candidate. */
interface Message {
  content: string[];
  thoughts: string[];
  calls: ToolCallEvent[];
  images: JsonObject[];
  audio: { mimeType: string; data: string }[];
  logprobs: JsonObject[];
  citation: Extract<TurnEvent, { type: "citation" }> | undefined;
  signature: string | undefined;
}

type TurnEnd = Extract<TurnEvent, { type: "turn-end" }>;

/** The chat.completion object of a whole turn; the same that a client collects from the stream. */
export function encodeChatReply(events: readonly TurnEvent[], input: EncodeInput<ChatContext>): JsonObject {
  const messages = new Map<number, Message>();
  let usage: Usage = NO_USAGE;
  let end: TurnEnd | undefined;
  for (const event of events) {
    if (event.type === "usage") usage = event.usage;
    else if (event.type === "turn-end") end = event;
    else if (event.type !== "turn-start") add(messageAt(messages, event.candidate), event);
  }
  return {
    id: completionId(input.requestId),
    object: "chat.completion",
    created: input.created,
    model: input.context.model,
    choices: choicesOf(messages, end, input),
    usage: chatUsage(usage),
    ...(usage.serviceTier === undefined ? {} : { service_tier: usage.serviceTier }),
  };
}

function messageAt(messages: Map<number, Message>, candidate: number): Message {
  const known = messages.get(candidate);
  if (known !== undefined) return known;
  const made: Message = {
    content: [],
    thoughts: [],
    calls: [],
    images: [],
    audio: [],
    logprobs: [],
    citation: undefined,
    signature: undefined,
  };
  messages.set(candidate, made);
  return made;
}

function add(
  message: Message,
  event: Exclude<TurnEvent, { type: "usage" | "turn-start" | "turn-end" }>,
): void {
  switch (event.type) {
    case "text-delta":
    case "code":
    case "code-result":
      message.content.push(contentOf(event));
      if (event.type === "text-delta") message.signature = event.signature ?? message.signature;
      return;
    case "thought-delta":
      message.thoughts.push(event.text);
      return;
    case "tool-call":
      message.calls.push(event);
      return;
    case "media":
      return addMedia(message, event);
    case "signature":
      message.signature = event.signature;
      return;
    case "citation":
      message.citation = joinCitations(message.citation, event);
      return;
    case "logprobs":
      message.logprobs.push(...chatLogprobs(event.result));
      return;
    case "server-part":
  }
}

function addMedia(message: Message, event: Extract<TurnEvent, { type: "media" }>): void {
  if (event.mimeType.startsWith("audio/")) message.audio.push(event);
  else message.images.push(imagePart(event, message.images.length));
}

function choicesOf(
  messages: Map<number, Message>,
  end: TurnEnd | undefined,
  input: EncodeInput<ChatContext>,
): JsonObject[] {
  const block = end?.block;
  const finishes = end?.finishes ?? [];
  if (block !== undefined && finishes.length === 0) {
    const message = { role: "assistant", content: null, refusal: refusalText(block) };
    return [{ index: 0, message, logprobs: null, finish_reason: "content_filter" }];
  }
  return finishes.map((finish) => choiceOf(messageAt(messages, finish.candidate), finish, input));
}

function choiceOf(message: Message, finish: Finish, input: EncodeInput<ChatContext>): JsonObject {
  const content = message.content.join("");
  const given = {
    hasToolCall: message.calls.length > 0,
    hasContent: content !== "" || message.images.length > 0 || message.audio.length > 0,
    legacyFunctions: input.context.legacyFunctions,
  };
  return {
    index: finish.candidate,
    message: { ...messageOf(message, content, input), ...stoppedBy(finish, given) },
    logprobs: message.logprobs.length === 0 ? null : { content: message.logprobs, refusal: null },
    finish_reason: chatFinish(finish.reason, given),
    ...nativeFinish(finish.reason),
  };
}

/** Google's own sentence where it gave nothing else. */
function stoppedBy(finish: Finish, given: Given): JsonObject {
  const stopped = !given.hasContent && chatFinish(finish.reason, given) === "content_filter";
  return stopped ? { refusal: finish.message ?? `The reply was stopped: ${finish.reason}.` } : {};
}

function messageOf(
  message: Message,
  content: string,
  { context, requestId, created }: EncodeInput<ChatContext>,
): JsonObject {
  const { calls, thoughts, images, audio, citation, signature } = message;
  const cited = citation === undefined ? {} : citationFields(citation, content);
  const extra = extraContent(cited["extra_content"] as JsonObject | undefined, signature);
  return {
    role: "assistant",
    content: content === "" && (calls.length > 0 || audio.length > 0) ? null : content,
    refusal: null,
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join("") }),
    ...callFields(calls, context),
    ...(images.length === 0 ? {} : { images }),
    ...(audio.length === 0 ? {} : { audio: audioField(audio, content, context, requestId, created) }),
    ...cited,
    ...extra,
  };
}

function callFields(calls: readonly ToolCallEvent[], context: ChatContext): JsonObject {
  const [first] = calls;
  if (first === undefined) return {};
  if (context.legacyFunctions) return { function_call: functionOf(first, context) };
  return { tool_calls: calls.map((call) => chatToolCall(call, context)) };
}

function audioField(
  pieces: Message["audio"],
  transcript: string,
  context: ChatContext,
  requestId: string,
  created: number,
): JsonObject {
  const data = joinAudio(pieces, context.audioFormat);
  return { id: `audio_${requestId}`, data, expires_at: created + 3_600, transcript };
}

function extraContent(cited: JsonObject | undefined, signature: string | undefined): JsonObject {
  if (signature === undefined) return {};
  const google = (cited?.["google"] ?? {}) as JsonObject;
  return { extra_content: { google: { ...google, thought_signature: signature } } };
}

/** True for bare samples, Gemini's `audio/L16;codec=pcm;rate=24000`. */
function isPcm(mimeType: string): boolean {
  return /^audio\/(l16|pcm)\b/i.test(mimeType);
}

/** The pieces of an audio answer as one base64 text in the client's format: bare PCM, or WAV with its header. */
function joinAudio(pieces: readonly { mimeType: string; data: string }[], format: string): string {
  const first = pieces[0];
  if (first === undefined) return "";
  const samples = concat(pieces.map(({ data }) => fromBase64(data)));
  if (!isPcm(first.mimeType) || format === "pcm16") return toBase64(samples);
  const rate = Number(/rate=(\d+)/.exec(first.mimeType)?.[1] ?? 24_000);
  return toBase64(concat([wavHeader(samples.length, rate), samples]));
}

/** RIFF header of 16-bit mono samples. */
function wavHeader(length: number, rate: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(44));
  const text = (at: number, word: string) =>
    [...word].forEach((c, i) => header.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  header.setUint32(4, 36 + length, true);
  text(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, rate, true);
  header.setUint32(28, rate * 2, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  text(36, "data");
  header.setUint32(40, length, true);
  return new Uint8Array(header.buffer);
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  }
  return btoa(pieces.join(""));
}
