import { GatheredBytes, JsonBeyondBounds, JsonWatch, parseForeign } from "../core/mod.ts";
import { type SseParser, tooDeepAt } from "../gemini/mod.ts";
import { openLentBody } from "./body_reader.ts";
import { FREE_BYTES, UPSTREAM_BOUNDS } from "./bounds.ts";
import { ReplyBeyondBounds, WaitingBytes } from "./reply_room.ts";

/** The whole body, at most `most` bytes of it once inflated. Rejects as the body does, or when it goes beyond. */
export async function readWhole(
  response: Response,
  most: number,
  setting?: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body, headers } = response;
  // The platform holds a body to its stated length, and hands it over without a stream.
  const stated = headers.has("content-encoding") ? NaN : lengthOf(headers);
  if (body === null || stated <= Math.min(most, FREE_BYTES)) return await response.bytes();
  const inflated = mostInflated(headers);
  const larger = `is larger than ${most} bytes${setting === undefined ? "" : ` (${setting})`}`;
  return await collect(body, Math.min(most, inflated), {
    isJson: JSON_REGEXP.test(headers.get("content-type") ?? ""),
    larger: inflated < most ? INFLATES : larger,
  });
}

const JSON_REGEXP = /^application\/json\b/i;

/** What is said of a reply that goes beyond `mostInflated`. */
export const INFLATES = "inflates beyond all measure";

/** Bytes that a reply may become at most by how it was compressed, as far as its head tells. */
export function mostInflated(headers: Headers): number {
  const sent = headers.has("content-encoding") ? lengthOf(headers) : NaN;
  return sent >= 0 ? Math.max(FREE_BYTES, sent * UPSTREAM_BOUNDS.inflation) : Infinity;
}

function lengthOf(headers: Headers): number {
  return Number(headers.get("content-length") ?? NaN);
}

async function collect(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: number,
  { isJson, larger }: { readonly isJson: boolean; readonly larger: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = openLentBody(body);
  using waiting = new WaitingBytes(reader.closed);
  using gathered = new GatheredBytes();
  let watch: JsonWatch | undefined;
  try {
    for (let piece = await reader.read(); piece !== undefined; piece = await reader.read()) {
      gathered.add(piece);
      if (gathered.size > limit) throw new ReplyBeyondBounds(larger);
      if (watch !== undefined) namedFault(() => watch!.see(piece!));
      else if (isJson && gathered.size > FREE_BYTES) watch = watchOf(gathered);
      const room = waiting.hold(gathered.size);
      if (room !== undefined) await room;
    }
  } catch (cause) {
    reader.cancel();
    throw cause;
  }
  return gathered.joined();
}

/** Has seen what came so far. */
function watchOf(gathered: GatheredBytes): JsonWatch {
  const watch = new JsonWatch(UPSTREAM_BOUNDS.depth);
  for (const part of gathered.parts()) namedFault(() => watch.see(part));
  return watch;
}

/** Payloads of the events that these bytes complete, or the end of the body without any. Throws ReplyBeyondBounds when an event is too large, or no JSON by its beginning. */
export function readEvents(parser: SseParser, bytes: Uint8Array | undefined): string[] {
  const payloads = namedFault(
    () => bytes === undefined ? parser.end() : parser.push(bytes),
    "has an event that ",
  );
  if (parser.held <= UPSTREAM_BOUNDS.eventBytes) return payloads;
  throw new ReplyBeyondBounds(`has an event of more than ${UPSTREAM_BOUNDS.eventBytes} bytes`);
}

/** Throws what is wrong with JSON by its beginning as a fault of the reply. */
export function namedFault<Answer>(look: () => Answer, lead = ""): Answer {
  try {
    return look();
  } catch (cause) {
    throw cause instanceof SyntaxError ? new ReplyBeyondBounds(lead + cause.message) : cause;
  }
}

/** The beginning of a body as text, at most `most` bytes; what follows is not read. */
export async function readStart(response: Response, most: number): Promise<string> {
  if (response.body === null) return "";
  const reader = openLentBody(response.body);
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (let piece = await reader.read(); piece !== undefined; piece = await reader.read()) {
    text += decoder.decode(piece.subarray(0, most - size), { stream: true });
    size += piece.byteLength;
    if (size >= most) {
      reader.cancel();
      break;
    }
  }
  return text + decoder.decode();
}

/** A text that is shorter cannot be too deep. */
const HARMLESS = UPSTREAM_BOUNDS.depth;

/** Parses a reply's JSON. Throws a SyntaxError where it is none, and ReplyBeyondBounds where it is too deep or has too many values. */
export function parseReply(text: string): unknown {
  const value = parsed(text);
  if (text.length > HARMLESS && tooDeepAt(value, UPSTREAM_BOUNDS.depth) !== undefined) {
    throw new ReplyBeyondBounds(`goes deeper than ${UPSTREAM_BOUNDS.depth} levels`);
  }
  return value;
}

function parsed(text: string): unknown {
  try {
    return parseForeign(text);
  } catch (cause) {
    throw cause instanceof JsonBeyondBounds ? new ReplyBeyondBounds(cause.message) : cause;
  }
}
