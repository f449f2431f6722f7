import assert from "node:assert/strict";
import { isObject, type JsonObject } from "../../src/core/mod.ts";
import { type ChatContext } from "../../src/dialects/openai_chat/mod.ts";
import { type ClientCall, type DecodeInput, openaiChat, type SignatureKey } from "../../src/dialects/mod.ts";
import { capabilitiesOf, createSegmenter, createSseParser, type TurnEvent } from "../../src/gemini/mod.ts";

/** Names in order: `call_1`, `call_2`, ... */
export function counter(): (prefix: string) => string {
  let next = 0;
  return (prefix) => `${prefix}${++next}`;
}

/** Freezes all that can be reached, so that a decoder that changes its input throws. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

export function decodeInput(
  model: string,
  more: { signatureOf?: (key: SignatureKey) => string | undefined; headers?: Headers } = {},
): DecodeInput {
  return {
    target: { id: model, capabilities: capabilitiesOf(model) },
    signatureOf: more.signatureOf ?? (() => undefined),
    stored: new Map(),
    headers: more.headers ?? new Headers(),
    newId: counter(),
  };
}

/** Decodes a frozen chat body for a model. */
export function decodeChat(
  body: object,
  model = "gemini-2.5-flash",
  more: Parameters<typeof decodeInput>[1] = {},
): ClientCall<ChatContext> {
  const frozen = deepFreeze({ model, messages: [{ role: "user", content: "hi" }], ...body });
  const decoded = openaiChat.decodeRequest(frozen, decodeInput(model, more));
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded.value;
}

/** The failure of a body that cannot be decoded. */
export function refuseChat(body: object, model = "gemini-2.5-flash") {
  const decoded = openaiChat.decodeRequest(
    deepFreeze({ model, messages: [{ role: "user", content: "hi" }], ...body }),
    decodeInput(model),
  );
  assert.ok(!decoded.ok, "expected a refusal");
  return decoded.error;
}

/** Events of chunks (or one whole reply). */
export function eventsOf(chunks: readonly unknown[]): TurnEvent[] {
  const segmenter = createSegmenter({ newId: counter() });
  const events = chunks.flatMap((chunk) => segmenter.push(chunk));
  const end = segmenter.end();
  assert.ok(end.ok, JSON.stringify(end));
  return [...events, ...end.events];
}

/** Payloads of an event stream, parsed; the bytes come in pieces of `size`. */
export function chunksOf(text: string, size = Infinity): unknown[] {
  const parser = createSseParser();
  const bytes = new TextEncoder().encode(text);
  const payloads: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    payloads.push(...parser.push(bytes.subarray(at, at + size)));
  }
  payloads.push(...parser.end());
  return payloads.map((payload) => JSON.parse(payload));
}

export function encodeInput(context: ChatContext) {
  return { context, requestId: "r1", created: 1_700_000_000, newId: counter() };
}

/** The reply and the stream of one turn. */
export function encodeChat(events: readonly TurnEvent[], context: ChatContext) {
  const encoder = openaiChat.encodeStream(encodeInput(context));
  const text = events.map((event) => encoder.push(event)).join("");
  return {
    reply: openaiChat.encodeReply(events, encodeInput(context)),
    stream: text,
    frames: framesOf(text),
  };
}

/** The parsed frames of a chat stream; the last must be [DONE]. */
export function framesOf(text: string): JsonObject[] {
  const payloads = text.split("\n\n").filter((frame) => frame !== "").map((frame) =>
    frame.replace(/^data: /, "")
  );
  assert.equal(payloads.pop(), "[DONE]");
  return payloads.map((payload) => JSON.parse(payload));
}

type Loose = Record<string, unknown>;

/** What a client makes of the chunks: the message of each choice, with its finish reason. */
export function collectChat(frames: readonly JsonObject[]): Loose[] {
  const choices = new Map<number, Loose>();
  for (const frame of frames) {
    for (const choice of frame["choices"] as unknown as Loose[]) {
      const index = choice["index"] as number;
      const known = choices.get(index) ?? { index, message: {}, logprobs: null, finish_reason: null };
      choices.set(index, known);
      mergeDelta(known["message"] as Loose, choice["delta"] as Loose);
      known["logprobs"] = choice["logprobs"] ?? known["logprobs"];
      if (choice["finish_reason"] !== null) {
        assert.equal(known["finish_reason"], null, "one finish a choice");
        known["finish_reason"] = choice["finish_reason"];
        if ("native_finish_reason" in choice) known["native_finish_reason"] = choice["native_finish_reason"];
      }
    }
  }
  return [...choices.values()].sort((a, b) => Number(a["index"]) - Number(b["index"]));
}

function mergeDelta(message: Loose, delta: Loose): void {
  for (const [key, value] of Object.entries(delta)) {
    const old = message[key];
    if (key === "tool_calls") addCalls(message, value as Loose[]);
    else if (key === "images" || key === "annotations") {
      message[key] = [...(old as unknown[] ?? []), ...value as unknown[]];
    } else if (key === "role") message[key] = value;
    else if (typeof value === "string") message[key] = ((old as string | null) ?? "") + value;
    else if (isObject(value) && isObject(old)) message[key] = merged(old, value);
    else if (value !== null || old === undefined) message[key] = value;
  }
}

function addCalls(message: Loose, calls: readonly Loose[]): void {
  const list = (message["tool_calls"] ??= []) as Loose[];
  for (const { index, ...call } of calls) {
    assert.equal(index, list.length, "tool call indexes count from 0");
    list.push(call);
  }
}

function merged(old: Loose, value: Loose): Loose {
  const out = { ...old };
  for (const [key, entry] of Object.entries(value)) {
    out[key] = isObject(entry) && isObject(out[key]) ? merged(out[key], entry) : entry;
  }
  return out;
}
