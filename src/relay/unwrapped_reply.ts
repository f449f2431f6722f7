import { isObject } from "../core/mod.ts";
import { createSseParser } from "../gemini/mod.ts";
import {
  type BodyReader,
  openLentBody,
  parseReply,
  readEvents,
  readWhole,
  WaitingBytes,
} from "../upstreams/mod.ts";
import type { OpenReply } from "./send.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Converts a reply of a source with an envelope to the public API's form: each chunk is unwrapped and framed
 * again. Such a source serves native clients when no other can.
 */
export async function unwrappedReply(
  reply: OpenReply,
  unwrap: (chunk: unknown) => unknown,
  options: { readonly stream: boolean; readonly events: boolean },
  maxReplyBytes: number,
): Promise<OpenReply> {
  const { response } = reply;
  if (!options.stream || response.body === null) {
    // Invalid JSON ends this reply like a failed read.
    const value = await reply.wait(unwrappedValue(reply, unwrap, maxReplyBytes));
    return withResponse(reply, Response.json(value, { status: response.status }));
  }
  const frames = options.events ? eventFrames() : arrayFrames();
  const body = ReadableStream.from(framed(openLentBody(response.body, { events: true }), unwrap, frames));
  const headers = { "content-type": options.events ? "text/event-stream" : "application/json" };
  return withResponse(reply, new Response(body, { status: response.status, headers }));
}

/** The stream in its new frames. An incomplete event waits for its rest. */
async function* framed(
  body: BodyReader,
  unwrap: (chunk: unknown) => unknown,
  frames: Frames,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using parser = createSseParser();
  const take = (payloads: readonly string[]) =>
    payloads.map((payload) => frames.chunk(JSON.stringify(unwrap(parseReply(payload))))).join("");
  using waiting = new WaitingBytes(body.closed);
  try {
    for (let bytes = await body.read(); bytes !== undefined; bytes = await body.read()) {
      const text = take(readEvents(parser, bytes));
      const room = waiting.hold(parser.held);
      if (room !== undefined) await room;
      if (text !== "") yield encoder.encode(text);
    }
    yield encoder.encode(take(readEvents(parser, undefined)) + frames.end());
  } finally {
    body.cancel();
  }
}

/**
 * Reads a reply to its end and unwraps it; joins the chunks of a stream. Throws a SyntaxError for invalid JSON,
 * which is not a fault of the connection.
 */
export async function unwrappedValue(
  reply: OpenReply,
  unwrap: (chunk: unknown) => unknown,
  maxReplyBytes: number,
): Promise<unknown> {
  const { response } = reply;
  const bytes = await reply.wait(readWhole(response, maxReplyBytes, "MAX_REPLY_BYTES"));
  const text = decoder.decode(bytes);
  return EVENTS_REGEXP.test(response.headers.get("content-type") ?? "")
    ? joinChunks(payloadsIn(text).map(unwrap))
    : unwrap(parseReply(text));
}

const EVENTS_REGEXP = /^text\/event-stream/i;

/** The chunks of a stream that was requested instead of a whole reply. */
function payloadsIn(text: string): readonly unknown[] {
  const parser = createSseParser();
  return [...parser.push(encoder.encode(text)), ...parser.end()].map(parseReply);
}

function withResponse(reply: OpenReply, response: Response): OpenReply {
  return {
    response,
    wait: (work) => reply.wait(work),
    took: (bytes) => reply.took(bytes),
    touch: () => reply.touch(),
    abort: () => reply.abort(),
    readFailure: (cause) => reply.readFailure(cause),
    release: () => reply.release(),
  };
}

/** The framing of a stream's chunks. */
interface Frames {
  chunk(json: string): string;
  end(): string;
}

function eventFrames(): Frames {
  return { chunk: (json) => `data: ${json}\r\n\r\n`, end: () => "" };
}

/** Without `alt=sse` a stream is one JSON array. */
function arrayFrames(): Frames {
  let opened = false;
  return {
    chunk(json) {
      const before = opened ? ",\r\n" : "[";
      opened = true;
      return before + json;
    },
    end: () => opened ? "]" : "[]",
  };
}

type Fields = Record<string, unknown>;

/**
 * Joins the chunks of a streamed turn to the reply that Google gives without streaming: parts in order,
 * consecutive texts of one kind joined, all other fields from the last chunk that has them.
 */
function joinChunks(chunks: readonly unknown[]): unknown {
  const objects = chunks.filter(isObject);
  const broken = objects.find((chunk) => isObject(chunk["error"]));
  if (broken !== undefined || objects.length < 2) return broken ?? objects[0] ?? {};
  const candidates = new Map<number, Fields>();
  let joined: Fields = {};
  for (const { candidates: some, ...rest } of objects) {
    joined = { ...joined, ...rest };
    for (const one of Array.isArray(some) ? some.filter(isObject) : []) {
      const index = typeof one["index"] === "number" ? one["index"] : 0;
      candidates.set(index, joinCandidate(candidates.get(index), one));
    }
  }
  return candidates.size === 0 ? joined : { candidates: [...candidates.values()], ...joined };
}

function joinCandidate(before: Fields | undefined, next: Fields): Fields {
  if (before === undefined) return next;
  const [first, second] = [contentOf(before), contentOf(next)];
  if (first === undefined || second === undefined) return { ...before, ...next, ...content(first ?? second) };
  const parts = [...first.parts];
  for (const part of second.parts) {
    const last = parts.at(-1);
    if (last !== undefined && joins(last, part)) {
      parts[parts.length - 1] = { ...last, ...part, text: `${last["text"]}${part["text"]}` };
    } else parts.push(part);
  }
  return { ...before, ...next, ...content({ ...first, ...second, parts }) };
}

interface Content extends Fields {
  readonly parts: readonly Fields[];
}

const content = (value: Content | undefined) => value === undefined ? {} : { content: value };

function contentOf({ content: value }: Fields): Content | undefined {
  if (!isObject(value)) return undefined;
  return { ...value, parts: Array.isArray(value["parts"]) ? value["parts"].filter(isObject) : [] };
}

/** True when two parts join; a signature ends the text before it. */
function joins(last: Fields, part: Fields): boolean {
  const plain = (one: Fields) =>
    typeof one["text"] === "string" && Object.keys(one).every((name) => PLAIN.has(name));
  return plain(last) && plain(part) && last["thought"] === part["thought"] &&
    last["thoughtSignature"] === undefined;
}

const PLAIN: ReadonlySet<string> = new Set(["text", "thought", "thoughtSignature"]);
