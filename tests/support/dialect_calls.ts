/** Short ways to call a dialect in tests: decode for a model, encode a turn both ways, segment a recorded reply. */
import assert from "node:assert/strict";
import type { Failure, Json, JsonObject, Usage } from "../../src/core/mod.ts";
import type { ClientCall, DecodeInput, Dialect, EncodeInput } from "../../src/dialects/contract.ts";
import { capabilitiesOf, createSegmenter, type TurnEvent } from "../../src/gemini/mod.ts";

export interface DecodeOptions {
  readonly model?: string;
  readonly headers?: Record<string, string>;
  readonly stored?: ReadonlyMap<string, Json>;
  readonly signatureOf?: DecodeInput["signatureOf"];
}

export function decodeInput(options: DecodeOptions = {}): DecodeInput {
  const id = options.model ?? "gemini-3.1-pro-preview";
  let count = 0;
  return {
    target: { id, capabilities: capabilitiesOf(id) },
    signatureOf: options.signatureOf ?? (() => undefined),
    stored: options.stored ?? new Map(),
    headers: new Headers(options.headers ?? {}),
    newId: (prefix) => `${prefix}${count++}`,
  };
}

/** Decodes a body that must be good; asserts that it was not changed. */
export function decodeWith<Context>(
  dialect: Dialect<Context>,
  body: unknown,
  options: DecodeOptions = {},
): ClientCall<Context> {
  const before = JSON.stringify(body);
  const result = dialect.decodeRequest(body, decodeInput(options));
  assert.equal(JSON.stringify(body), before, "the body was changed");
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.error));
  return result.value;
}

/** Decodes a body that must be refused. */
export function refuseWith<Context>(
  dialect: Dialect<Context>,
  body: unknown,
  options: DecodeOptions = {},
): Failure {
  const result = dialect.decodeRequest(body, decodeInput(options));
  assert.ok(!result.ok, "the body was taken");
  return result.error;
}

export function encodeInput<Context>(context: Context): EncodeInput<Context> {
  return {
    context,
    requestId: "req_abc123",
    created: 1_760_000_000,
    newId: (prefix) => prefix,
    source: "api_key",
  };
}

export function streamWith<Context>(
  dialect: Dialect<Context>,
  events: readonly TurnEvent[],
  context: Context,
): string {
  const stream = dialect.encodeStream(encodeInput(context));
  return events.map((event) => stream.push(event)).join("");
}

export function usage(counts: Partial<Usage> = {}): Usage {
  const all = {
    promptTokens: 0,
    cachedTokens: 0,
    candidatesTokens: 0,
    thoughtsTokens: 0,
    toolUseTokens: 0,
    ...counts,
  };
  return {
    ...all,
    totalTokens: all.promptTokens + all.candidatesTokens + all.thoughtsTokens + all.toolUseTokens,
  };
}

/** A turn of candidate 0 that ends for `reason`. */
export function turn(
  events: readonly TurnEvent[],
  reason = "STOP",
  counts: Partial<Usage> = {},
): TurnEvent[] {
  return [
    { type: "turn-start" },
    ...events,
    { type: "usage", usage: usage(counts) },
    { type: "turn-end", finishes: [{ candidate: 0, reason }] },
  ];
}

/** The events of Gemini's reply given as its chunks; undefined when they are no usable turn. */
export function segment(chunks: readonly unknown[]): TurnEvent[] | undefined {
  let count = 0;
  const segmenter = createSegmenter({ newId: (prefix) => `${prefix}${count++}` });
  const events = chunks.flatMap((chunk) => segmenter.push(chunk));
  const end = segmenter.end();
  return end.ok && segmenter.error === undefined ? [...events, ...end.events] : undefined;
}

export const text = (words: string, signature?: string): TurnEvent => ({
  type: "text-delta",
  candidate: 0,
  text: words,
  ...(signature === undefined ? {} : { signature }),
});

export const thought = (words: string): TurnEvent => ({ type: "thought-delta", candidate: 0, text: words });

export function call(
  name: string,
  args: JsonObject = {},
  id = `call_${name}`,
  signature?: string,
): TurnEvent {
  return {
    type: "tool-call",
    candidate: 0,
    id,
    upstreamId: false,
    name,
    args,
    ...(signature === undefined ? {} : { signature }),
  };
}
