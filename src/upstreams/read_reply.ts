import { GatheredBytes, JsonBeyondBounds, JsonWatch, noteGarbage, parseForeign } from "../core/mod.ts";
import { type SseParser, tooDeepAt } from "../gemini/mod.ts";
import { FREE_BYTES, PIECE_BYTES, UPSTREAM_BOUNDS } from "./bounds.ts";
import {
  INFLATES,
  lengthOf,
  mostInflated,
  mustBeReadable,
  packingFault,
  ReplyBeyondBounds,
} from "./unreadable_reply.ts";

/**
 * Reads the whole body, at most `most` bytes after decompression. Rejects when the body fails, and with ReplyBeyondBounds when it
 * exceeds that or cannot be decompressed.
 */
export function readWhole(
  response: Response,
  most: number,
  setting?: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const read = response.headers.get("content-encoding") === null ? readUnpacked : readPacked;
  return read(response, most, setting);
}

async function readPacked(
  response: Response,
  most: number,
  setting: string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const { headers, body } = response;
  try {
    mustBeReadable(headers);
    return await readUnpacked(response, most, setting);
  } catch (cause) {
    if (body?.locked === false) await body.cancel();
    throw packingFault(headers, cause);
  }
}

function readUnpacked(
  response: Response,
  most: number,
  setting: string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const { headers } = response;
  // The platform enforces a stated length, and returns the body without a stream as long as `body` is not accessed.
  const stated = headers.get("content-encoding") === null ? lengthOf(headers) : NaN;
  if (stated <= Math.min(most, FREE_BYTES)) return response.bytes();
  const { body } = response;
  if (body === null) return response.bytes();
  const inflated = mostInflated(headers);
  const larger = `is larger than ${most} bytes${setting === undefined ? "" : ` (${setting})`}`;
  return collect(body, Math.min(most, inflated), {
    isJson: JSON_REGEXP.test(headers.get("content-type") ?? ""),
    larger: inflated < most ? INFLATES : larger,
  });
}

const JSON_REGEXP = /^application\/json\b/i;

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

/** A watch that has seen the gathered bytes, without a byte order mark, which is not part of the text. */
function watchOf(gathered: GatheredBytes): JsonWatch {
  const watch = new JsonWatch(UPSTREAM_BOUNDS.depth);
  let from: number | undefined;
  for (const part of gathered.parts()) {
    from ??= BYTE_ORDER_MARK.every((byte, at) => part[at] === byte) ? BYTE_ORDER_MARK.length : 0;
    const text = part.subarray(from);
    namedFault(() => watch.see(text));
    from = 0;
  }
  return watch;
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/**
 * Payloads of the events completed by these bytes, or by the end of the body without any. Throws ReplyBeyondBounds when an
 * event is too large or invalid from its beginning.
 */
export function readEvents(parser: SseParser, bytes: Uint8Array | undefined): string[] {
  const payloads = namedFault(
    () => bytes === undefined ? parser.end() : parser.push(bytes),
    "has an event that ",
  );
  if (parser.held <= UPSTREAM_BOUNDS.eventBytes) return payloads;
  throw new ReplyBeyondBounds(`has an event of more than ${UPSTREAM_BOUNDS.eventBytes} bytes`);
}

/** Rethrows errors about the beginning of JSON as faults of the reply. */
export function namedFault<Answer>(look: () => Answer, lead = ""): Answer {
  try {
    return look();
  } catch (cause) {
    throw cause instanceof SyntaxError ? new ReplyBeyondBounds(lead + cause.message) : cause;
  }
}

/** The beginning of a body as text, at most `most` bytes; what follows, or cannot be unpacked, is not read. */
export async function readStart(response: Response, most: number): Promise<string> {
  const { headers } = response;
  if (response.body === null) return "";
  const reader = openLentBody(response.body);
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  try {
    mustBeReadable(headers);
    for (let piece = await reader.read(); piece !== undefined; piece = await reader.read()) {
      text += decoder.decode(piece.subarray(0, most - size), { stream: true });
      size += piece.byteLength;
      if (size < most) continue;
      reader.cancel();
      break;
    }
  } catch (cause) {
    if (!(packingFault(headers, cause) instanceof ReplyBeyondBounds)) throw cause;
    reader.cancel();
  }
  return text + decoder.decode();
}

/** A shorter text cannot be too deep. */
const HARMLESS = UPSTREAM_BOUNDS.depth;

/**
 * Parses a reply's JSON. Throws a SyntaxError for invalid JSON, and ReplyBeyondBounds where it is too deep or has too many
 * values.
 */
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

/** Reads a body piece by piece. */
export interface BodyReader {
  /** The next piece; undefined at the end. Rejects when the body breaks. */
  read(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Resolves at the end of the body and rejects when it breaks, also while nobody reads. */
  readonly closed: Promise<unknown>;
  /** Cancels the rest of the body. */
  cancel(): void;
}

/** Most events of a stream fit; a whole reply of many megabytes grows to the largest in two reads. */
const USUAL = PIECE_BYTES / 4;
/** Pieces from this size on take turns; a flood rarely fills the whole buffer. */
const LARGE = USUAL / 2;

/** The mode for a body of many events, each of which costs more than its bytes. */
export interface ReadsEvents {
  /** While others wait for their turn, only small pieces are read, which are handled quickly. */
  readonly events: true;
}

/** Idle buffers kept for later bodies: as many as a busy machine has concurrent streams. */
const MOST_IDLE = 64;
const idle: ArrayBuffer[] = [];

/**
 * Opens a body for reading with one buffer of our own, and returns copies of the received bytes: the platform would allocate
 * 64 KiB for every piece, and allocating and clearing those costs more than all other work for a short event (measured: two
 * thirds of the time for reading; with 2 KiB for every piece still a quarter of a stream's).
 */
export function openBody(body: ReadableStream<Uint8Array<ArrayBuffer>>, reads?: ReadsEvents): BodyReader {
  return opened(body, false, reads);
}

/** The same for a reader that is finished with a piece before it reads the next: pieces are borrowed, not copied. */
export function openLentBody(body: ReadableStream<Uint8Array<ArrayBuffer>>, reads?: ReadsEvents): BodyReader {
  return opened(body, true, reads);
}

function opened(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  lends: boolean,
  reads: ReadsEvents | undefined,
): BodyReader {
  const reader = byteReader(body);
  return reader === undefined
    ? new PlainReader(body.getReader())
    : new BufferedReader(reader, lends, reads !== undefined);
}

/** For bodies that are not byte streams. */
class PlainReader implements BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

  constructor(reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>) {
    this.#reader = reader;
  }

  get closed(): Promise<unknown> {
    return this.#reader.closed;
  }

  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.#reader.read()).value;
  }

  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }
}

class BufferedReader implements BodyReader {
  readonly #reader: ReadableStreamBYOBReader;
  readonly #lends: boolean;
  /** Transferred with each read and returned with its result. */
  #buffer: ArrayBuffer | undefined = idle.pop();

  readonly #events: boolean;

  constructor(reader: ReadableStreamBYOBReader, lends: boolean, events: boolean) {
    this.#reader = reader;
    this.#lends = lends;
    this.#events = events;
  }

  get closed(): Promise<unknown> {
    return this.#reader.closed;
  }

  read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const given = this.#buffer ?? new ArrayBuffer(USUAL);
    this.#buffer = undefined;
    return this.#reader.read(new Uint8Array(given)).then(this.#take);
  }

  /**
   * Takes the buffer back and returns its content. Created once per body: an async function would cost more for each piece.
   */
  readonly #take = (
    { done, value }: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>,
  ): Uint8Array<ArrayBuffer> | undefined | Promise<Uint8Array<ArrayBuffer>> => {
    if (done) {
      // A cancelled body keeps the buffer.
      if (value?.buffer.byteLength === USUAL && idle.length < MOST_IDLE) idle.push(value.buffer);
      return undefined;
    }
    const { byteLength: room } = value.buffer;
    const full = value.byteLength === room;
    const turn = value.byteLength >= LARGE ? takeTurn(this) : undefined;
    const wanted = turn !== undefined && this.#events ? USUAL : full ? PIECE_BYTES : room;
    this.#buffer = wanted === room ? value.buffer : new ArrayBuffer(wanted);
    const piece = this.#lends ? value : value.slice();
    return turn === undefined ? piece : turn.then(() => piece);
  };

  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }
}

/** A reader that takes buffers; bodies that are no byte streams (a replaced fetch makes some) have none. */
function byteReader(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

/** Total of held bytes beyond the free ones. */
let taken = 0;
/** Holders, the oldest first. */
const holders = new Set<WaitingBytes>();

/**
 * The bytes of one reply that are buffered until it, or one of its events, is complete. All replies together have a bound,
 * so that many hostile ones cannot fill the memory. A reply beyond it waits unread until others have released their bytes;
 * the oldest always continues, so that one always finishes.
 */
export class WaitingBytes implements Disposable {
  #counted = 0;
  #over = false;
  #enter: (() => void) | undefined;
  #leave: ((cause: unknown) => void) | undefined;

  /** `closed` rejects when the reply fails: waiting for room then rejects too. Default: it never fails. */
  constructor(closed?: Promise<unknown>) {
    closed?.catch(() => this.#break());
  }

  /** Holds `size` bytes from now on. Undefined when there is room for more; else resolves when there is. */
  hold(size: number): Promise<void> | undefined {
    if (this.#over) return undefined;
    const before = this.#counted;
    this.#counted = Math.max(0, size - FREE_BYTES);
    taken += this.#counted - before;
    if (this.#counted === 0) holders.delete(this);
    else holders.add(this);
    if (this.#counted < before) admit();
    if (this.#counted === 0 || taken <= UPSTREAM_BOUNDS.waitingBytes || isOldest(this)) return undefined;
    return new Promise((enter, leave) => {
      this.#enter = enter;
      this.#leave = leave;
    });
  }

  /** Releases everything; nothing can be held afterwards. */
  [Symbol.dispose](): void {
    this.#over = true;
    this.enter();
    if (this.#counted === 0) return;
    taken -= this.#counted;
    noteGarbage(this.#counted);
    this.#counted = 0;
    holders.delete(this);
    admit();
  }

  get waits(): boolean {
    return this.#enter !== undefined;
  }

  enter(): void {
    this.#enter?.();
    this.#enter = this.#leave = undefined;
  }

  #break(): void {
    this.#leave?.(new ReplyBeyondBounds("waited in vain while other replies filled the memory for them"));
    this[Symbol.dispose]();
  }
}

function isOldest(one: WaitingBytes): boolean {
  return holders.values().next().value === one;
}

/** Admits waiting replies that fit, the oldest first; each may add one more piece. */
function admit(): void {
  let expected = taken;
  for (const one of holders) {
    const fits = expected + PIECE_BYTES <= UPSTREAM_BOUNDS.waitingBytes || isOldest(one);
    if (!fits) return;
    if (!one.waits) continue;
    expected += PIECE_BYTES;
    one.enter();
  }
}

/** A reader that waits to continue with a large piece. */
interface Waiting {
  readonly who: object;
  readonly enter: () => void;
}

/** Pieces that one reader may read in one turn of the event loop: buffered data is read without ever yielding. */
const PIECES_A_TURN = 4;

let last: object | undefined;
let pieces = 0;
const waiting: Waiting[] = [];

/**
 * Has those who read large pieces take turns, one piece each time around the event loop, so that fifty replies that come as fast as
 * they can be read do not keep the small ones waiting for all of theirs. Undefined when `who` may go on at once.
 * An immediate comes right after the sockets were looked at; a timer of 0 ms comes 1 to 2 ms later, which a large reply would pay
 * with every fourth piece.
 */
export function takeTurn(who: object): Promise<void> | undefined {
  if (last === undefined) {
    last = who;
    pieces = 1;
    setImmediate(admitNext);
    return undefined;
  }
  if (last === who && ++pieces <= PIECES_A_TURN) return undefined;
  return new Promise((enter) => waiting.push({ who, enter }));
}

function admitNext(): void {
  const next = waiting.shift();
  last = next?.who;
  pieces = 1;
  if (next === undefined) return;
  setImmediate(admitNext);
  next.enter();
}
