import { PIECE_BYTES } from "./bounds.ts";
import { takeTurn } from "./large_turns.ts";

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
/** Buffers that wait for the next body: as many as there are streams at a time on a busy machine. */
const MOST_IDLE = 64;
const idle: ArrayBuffer[] = [];

/**
 * Opens a body for reading with buffers of our own, one a body, and hands on copies of just what came: the platform would
 * take 64 KiB for every piece, and taking and clearing those costs more than all else that is done with a short event
 * (measured: two thirds of the time for reading; with 2 KiB for every piece still a quarter of a stream's).
 */
export function openBody(body: ReadableStream<Uint8Array<ArrayBuffer>>): BodyReader {
  return opened(body, false);
}

/** The same for a reader that is done with a piece before it asks for the next: what it gets is lent, and no copy is made. */
export function openLentBody(body: ReadableStream<Uint8Array<ArrayBuffer>>): BodyReader {
  return opened(body, true);
}

function opened(body: ReadableStream<Uint8Array<ArrayBuffer>>, lends: boolean): BodyReader {
  const reader = byteReader(body);
  return reader === undefined ? new PlainReader(body.getReader()) : new BufferedReader(reader, lends);
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

  constructor(reader: ReadableStreamBYOBReader, lends: boolean) {
    this.#reader = reader;
    this.#lends = lends;
  }

  get closed(): Promise<unknown> {
    return this.#reader.closed;
  }

  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const given = this.#buffer ?? new ArrayBuffer(USUAL);
    this.#buffer = undefined;
    const { done, value } = await this.#reader.read(new Uint8Array(given));
    if (done) {
      // A body that was cancelled keeps the buffer.
      if (value?.buffer.byteLength === USUAL && idle.length < MOST_IDLE) idle.push(value.buffer);
      return undefined;
    }
    const { byteLength: room } = value.buffer;
    const full = value.byteLength === room;
    this.#buffer = full && room < PIECE_BYTES ? new ArrayBuffer(PIECE_BYTES) : value.buffer;
    if (full) {
      const turn = takeTurn(this);
      if (turn !== undefined) await turn;
    }
    return this.#lends ? value : value.slice();
  }

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
