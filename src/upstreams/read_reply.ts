import { joinBytes, ownBytes } from "../core/mod.ts";
import { tooDeepAt } from "../gemini/mod.ts";
import { FREE_BYTES, UPSTREAM_BOUNDS } from "./bounds.ts";

/** A reply that goes beyond a bound. The message says which, as half a sentence. */
export class ReplyBeyondBounds extends Error {
  override readonly name = "ReplyBeyondBounds";
}

let waiting = 0;

/** The bytes of one reply that wait in memory; all replies together have a bound, so that many hostile ones cannot fill it. */
export class WaitingBytes implements Disposable {
  #mine = 0;
  #size = 0;

  /** Counts `bytes` more. Throws when all replies together hold too many. */
  add(bytes: number): void {
    this.#size += bytes;
    const counted = Math.max(0, this.#size - FREE_BYTES);
    waiting += counted - this.#mine;
    this.#mine = counted;
    if (counted > 0 && waiting > UPSTREAM_BOUNDS.waitingBytes) {
      throw new ReplyBeyondBounds("came while other replies filled the memory for them");
    }
  }

  [Symbol.dispose](): void {
    waiting -= this.#mine;
    this.#mine = 0;
    this.#size = 0;
  }
}

/** The whole body, at most `most` bytes of it once inflated. Rejects as the body does, or when it goes beyond. */
export async function readWhole(
  response: Response,
  most: number,
  setting?: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body, headers } = response;
  const stated = Number(headers.get("content-length") ?? NaN);
  const packed = headers.has("content-encoding");
  // The platform holds a body to its stated length, and hands it over without a stream.
  if (body === null || (!packed && stated <= Math.min(most, FREE_BYTES))) return await response.bytes();
  const limit = packed && stated >= 0
    ? Math.min(most, Math.max(FREE_BYTES, stated * UPSTREAM_BOUNDS.inflation))
    : most;
  const larger = `is larger than ${most} bytes${setting === undefined ? "" : ` (${setting})`}`;
  return await collect(body, limit, limit < most ? "inflates beyond all measure" : larger);
}

async function collect(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: number,
  problem: string,
): Promise<Uint8Array<ArrayBuffer>> {
  using waits = new WaitingBytes();
  const reader = body.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.byteLength;
      if (size > limit) throw new ReplyBeyondBounds(problem);
      waits.add(next.value.byteLength);
      pieces.push(ownBytes(next.value));
    }
  } catch (cause) {
    reader.cancel().catch(() => {});
    throw cause;
  }
  return joinBytes(pieces);
}

/** The beginning of a body as text, at most `most` bytes; what follows is not read. */
export async function readStart(response: Response, most: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const room = most - size;
    text += decoder.decode(next.value.subarray(0, room), { stream: true });
    size += next.value.byteLength;
    if (size >= most) {
      reader.cancel().catch(() => {});
      break;
    }
  }
  return text + decoder.decode();
}

/** A text that is shorter can neither be too deep nor hold too many values. */
const HARMLESS = 2 * UPSTREAM_BOUNDS.depth;
const COMMA = 44;
const BRACKET = 91;
const BRACE = 123;

/** Parses a reply's JSON. Throws a SyntaxError where it is none, and ReplyBeyondBounds where it is too deep or has too many values. */
export function parseReply(text: string): unknown {
  if (text.length > UPSTREAM_BOUNDS.values && valuesIn(text) > UPSTREAM_BOUNDS.values) {
    throw new ReplyBeyondBounds(`holds more than ${UPSTREAM_BOUNDS.values} values`);
  }
  const value: unknown = JSON.parse(text);
  if (text.length > HARMLESS && tooDeepAt(value, UPSTREAM_BOUNDS.depth) !== undefined) {
    throw new ReplyBeyondBounds(`goes deeper than ${UPSTREAM_BOUNDS.depth} levels`);
  }
  return value;
}

/** Values in a JSON text, or more: commas of texts are counted too. */
function valuesIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === BRACKET || code === BRACE) count++;
  }
  return count;
}
