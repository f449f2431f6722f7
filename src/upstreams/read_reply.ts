import { GatheredBytes, JsonBeyondBounds, JsonWatch, noteGarbage, parseForeign } from "../core/mod.ts";
import { type SseParser, tooDeepAt } from "../gemini/mod.ts";
import { FREE_BYTES, PIECE_BYTES, UPSTREAM_BOUNDS } from "./bounds.ts";

/** The whole body, at most `most` bytes of it once inflated. Rejects as the body does, or when it goes beyond. */
export function readWhole(
  response: Response,
  most: number,
  setting?: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { headers } = response;
  // The platform holds a body to its stated length, and hands it over without a stream as long as nobody looks at the body.
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

/** The message about a reply that goes beyond `mostInflated`. */
export const INFLATES = "inflates beyond all measure";

/** Bytes that a reply may become at most by how it was compressed, as far as its head tells. */
export function mostInflated(headers: Headers): number {
  const sent = headers.get("content-encoding") === null ? NaN : lengthOf(headers);
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

/** Has seen what came so far, but for a byte order mark: decoders take it for no part of the text. */
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

/** Reads a body piece by piece. */
export interface BodyReader {
  /** The next piece; undefined at the end. Rejects when the body breaks. */
  read(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Resolves at the end of the body and rejects when it breaks, also while nobody reads. */
  readonly closed: Promise<unknown>;
  /** Gives the rest of the body up. */
  cancel(): void;
}

/** Most events of a stream fit; a whole reply of many megabytes grows to the largest in two reads. */
const USUAL = PIECE_BYTES / 4;
/** Pieces from this size on take turns; a flood seldom fills the whole buffer. */
const LARGE = USUAL / 2;

/** How a body is read that is many events, each of which costs more than its bytes. */
export interface ReadsEvents {
  /** While others wait for their turn, only as much is read at a time as is soon handled. */
  readonly events: true;
}

/** Buffers that wait for the next body: as many as there are streams at a time on a busy machine. */
const MOST_IDLE = 64;
const idle: ArrayBuffer[] = [];

/**
 * Opens a body for reading with buffers of our own, one a body, and hands on copies of just what came: the platform would
 * take 64 KiB for every piece, and taking and clearing those costs more than all else that is done with a short event
 * (measured: two thirds of the time for reading; with 2 KiB for every piece still a quarter of a stream's).
 */
export function openBody(body: ReadableStream<Uint8Array<ArrayBuffer>>, reads?: ReadsEvents): BodyReader {
  return opened(body, false, reads);
}

/** The same for a reader that is done with a piece before it asks for the next: what it gets is lent, and no copy is made. */
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

/** For bodies that are no byte streams. */
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
  /** Given away with each read and taken back with its result. */
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

  /** Takes the buffer back, and gives what came in it. Made once a body: a function with waits in it would cost each piece more. */
  readonly #take = (
    { done, value }: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>,
  ): Uint8Array<ArrayBuffer> | undefined | Promise<Uint8Array<ArrayBuffer>> => {
    if (done) {
      // A body that was cancelled keeps the buffer.
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

/** A reply that goes beyond a bound. The message says which, as half a sentence. */
export class ReplyBeyondBounds extends Error {
  override readonly name = "ReplyBeyondBounds";
}

/** Bytes beyond the free ones that are held in all. */
let taken = 0;
/** Holders of some, the oldest first. */
const holders = new Set<WaitingBytes>();

/**
 * The bytes of one reply that wait in memory until it, or one of its events, is whole. All replies together have a bound, so that
 * many hostile ones cannot fill the memory. Who goes beyond it waits, with what the upstream still has to say left on the line, until
 * others have given their part back; the oldest continues at all times, so that there is always one that gets done.
 */
export class WaitingBytes implements Disposable {
  #counted = 0;
  #over = false;
  #enter: (() => void) | undefined;
  #leave: ((cause: unknown) => void) | undefined;

  /** `closed` rejects when the reply breaks: what waits for room then rejects as well. Default: it never breaks. */
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

  /** Gives all of it back; nothing is held any more from here on. */
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

/** Lets in those who fit, the oldest first; each may bring one piece more. */
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

/** Who may go on with a large piece. */
interface Waiting {
  readonly who: object;
  readonly enter: () => void;
}

/** Pieces that one may read before the event loop has gone around: what is there already is read without ever coming back to it. */
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
