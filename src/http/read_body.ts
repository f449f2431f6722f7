import { nodeModule } from "lazy-node";
import {
  err,
  type Failure,
  GatheredBytes,
  invalidRequest,
  JsonBeyondBounds,
  ok,
  parseForeign,
  type Result,
} from "../core/mod.ts";
import { BOUNDS } from "./bounds.ts";

/** Reads a body of at most `limit` bytes, unpacking every coding of `bodyCoding` under the same limit. */
export async function readBody(
  request: Request,
  limit: number,
): Promise<Result<Uint8Array<ArrayBuffer>, Failure>> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > limit) return err(tooLarge(limit));
  const coding = bodyCoding(request.headers.get("content-encoding"));
  if (!coding.ok) return coding;
  const unpack = coding.value;
  // With a declared length the platform reads the body in one step, faster than a loop over its pieces; touching
  // the stream would prevent that. But it allocates the declared length before any byte has arrived.
  if (unpack === undefined && declared > 0 && declared <= MOST_AT_ONCE) return await whole(request);
  if (request.body === null) return ok(new Uint8Array());
  return await collect(unpack === undefined ? request.body : unpack(request.body), limit);
}

/** Larger bodies are read piece by piece: a hundred that declared 10 MB and sent nothing took 700 MiB (measured). */
const MOST_AT_ONCE = 1_048_576;

async function whole(request: Request): Promise<Result<Uint8Array<ArrayBuffer>, Failure>> {
  try {
    return ok(await request.bytes());
  } catch {
    return err(brokenOff());
  }
}

async function collect(
  body: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Result<Uint8Array<ArrayBuffer>, Failure>> {
  using gathered = new GatheredBytes();
  try {
    for await (const piece of body) {
      gathered.add(piece);
      if (gathered.size > limit) return err(tooLarge(limit));
    }
  } catch {
    return err(brokenOff());
  }
  return ok(gathered.joined());
}

function brokenOff(): Failure {
  return invalidRequest("The request body broke off or cannot be unpacked: send it again");
}

function tooLarge(limit: number): Failure {
  return invalidRequest(`The request body is larger than ${limit} bytes (MAX_BODY_BYTES)`, {
    status: 413,
    code: "request_too_large",
  });
}

const decoder = new TextDecoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true });

/**
 * The text of UTF-8 bytes; throws if they are invalid. The platform's strict decoder takes eight times as long
 * as the lenient one (measured).
 */
function strictText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return text.includes("\ufffd") ? strictDecoder.decode(bytes) : text;
}

/** Parses a JSON body; the message says what is wrong with it and never repeats it. */
export function parseJson(bytes: Uint8Array): Result<unknown, Failure> {
  if (bytes.byteLength === 0) return err(invalidRequest("The request has no body: send a JSON object"));
  let text: string;
  try {
    text = strictText(bytes);
  } catch {
    return err(invalidRequest("The request body is not valid UTF-8"));
  }
  try {
    return ok(parseForeign(text));
  } catch (cause) {
    if (cause instanceof JsonBeyondBounds) return err(invalidRequest(`The request body ${cause.message}`));
    const at = /position (\d+)/.exec(String(cause))?.[1];
    return err(
      invalidRequest(`The request body is not valid JSON${at === undefined ? "" : ` (at character ${at})`}`),
    );
  }
}

/** The fields of a small form sent by a page of our own; a larger body is not read to its end. */
export async function readForm(request: Request): Promise<Result<URLSearchParams, Failure>> {
  const type = request.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    return err(
      invalidRequest("Send the form as application/x-www-form-urlencoded", {
        status: 415,
        param: "content-type",
      }),
    );
  }
  const bytes = await readBody(request, BOUNDS.formBytes);
  if (!bytes.ok) return bytes;
  const text = new TextDecoder().decode(bytes.value);
  if (text.split("&", BOUNDS.formFields + 1).length > BOUNDS.formFields) {
    return err(invalidRequest(`The form has more than ${BOUNDS.formFields} fields`));
  }
  return ok(new URLSearchParams(text));
}

/** One step that unpacks a body as a stream. */
type Unpack = (body: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>;

/** The largest window that RFC 9659 lets a sender of zstd over HTTP ask for, as a power of two. */
const LARGEST_WINDOW_LOG = 23;

const CODINGS: Readonly<Record<string, Unpack>> = {
  gzip: (body) => body.pipeThrough(new DecompressionStream("gzip") as Pair),
  "x-gzip": (body) => body.pipeThrough(new DecompressionStream("gzip") as Pair),
  deflate: (body) => body.pipeThrough(new DecompressionStream("deflate") as Pair),
  br: (body) => body.pipeThrough(new DecompressionStream("brotli" as CompressionFormat) as Pair),
  zstd: (body) => ReadableStream.from(unpackZstd(body)),
};
type Pair = ReadableWritablePair<Uint8Array, Uint8Array>;

/** The decoder for a Content-Encoding; undefined when there is nothing to decode. Stacked codings are refused. */
export function bodyCoding(header: string | null): Result<Unpack | undefined, Failure> {
  const name = header?.trim().toLowerCase() ?? "";
  if (name === "" || name === "identity") return ok(undefined);
  if (Object.hasOwn(CODINGS, name)) return ok(CODINGS[name]);
  return err(
    invalidRequest(
      `Content-Encoding ${name.slice(0, 20)} is not supported: send gzip, deflate, br, zstd or none`,
      {
        status: 415,
        param: "content-encoding",
      },
    ),
  );
}

/**
 * Unpacks every frame of a zstd body. The platform's decoder ends with the first frame and silently drops the
 * rest of its input, so frames are found by their block headers (RFC 8878) and each gets a decoder of its own.
 */
async function* unpackZstd(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let frame: ZstdFrame | undefined;
  try {
    for await (const piece of framesOf(body)) {
      frame ??= new ZstdFrame();
      if (piece !== "end") yield* frame.push(piece);
      else {
        yield* frame.end();
        frame = undefined;
      }
    }
  } finally {
    frame?.destroy();
  }
}

function zstdDecoder() {
  const { constants, createZstdDecompress } = nodeModule("node:zlib");
  return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: LARGEST_WINDOW_LOG } });
}

/** One decoder whose output is taken as it comes. */
class ZstdFrame {
  readonly #decoder = zstdDecoder();
  #failed: Error | undefined;
  #wake = () => {};

  constructor() {
    const wake = () => this.#wake();
    this.#decoder.on("error", (cause: Error) => {
      this.#failed = cause;
      wake();
    });
    this.#decoder.on("readable", wake);
    this.#decoder.on("end", wake);
  }

  push(piece: Uint8Array): AsyncGenerator<Uint8Array> {
    let written = false;
    this.#decoder.write(piece, () => {
      written = true;
      this.#wake();
    });
    return this.#take(() => written);
  }

  async *end(): AsyncGenerator<Uint8Array> {
    this.#decoder.end();
    yield* this.#take(() => this.#decoder.readableEnded);
    this.destroy();
  }

  destroy(): void {
    this.#decoder.destroy();
  }

  async *#take(done: () => boolean): AsyncGenerator<Uint8Array> {
    while (true) {
      if (this.#failed !== undefined) throw this.#failed;
      const woken = new Promise<void>((resolve) => this.#wake = resolve);
      const chunk: Uint8Array | null = this.#decoder.read();
      if (chunk !== null) yield chunk;
      else if (done()) return;
      else await woken;
    }
  }
}

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** The pieces of each frame of a body, and "end" after each. */
async function* framesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | "end"> {
  const source = new ByteSource(body);
  while (await source.has(1)) {
    const magic = view(await source.peek(4)).getUint32(0, true);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      const head = await source.take(8);
      await source.skip(view(head).getUint32(4, true));
      continue;
    }
    if (magic !== MAGIC) throw new TypeError("This is not a zstd frame");
    const descriptor = (await source.peek(5))[4]!;
    yield await source.take(headerSize(descriptor));
    for (let last = false; !last;) {
      const head = await source.take(3);
      const word = head[0]! | head[1]! << 8 | head[2]! << 16;
      last = (word & 1) === 1;
      yield head;
      // A block of one repeated byte is one byte long.
      let left = (word >> 1 & 3) === 1 ? 1 : word >> 3;
      while (left > 0) {
        const piece = await source.some(left);
        left -= piece.byteLength;
        yield piece;
      }
    }
    if ((descriptor & 4) !== 0) yield await source.take(4);
    yield "end";
  }
}

/** Magic, descriptor, window, dictionary and content size. */
function headerSize(descriptor: number): number {
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const size = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  return 5 + (single ? 0 : 1) + dictionary + size;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads a stream in the sizes that a format needs. */
class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array();

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#pieces = body[Symbol.asyncIterator]();
  }

  async has(count: number): Promise<boolean> {
    while (this.#bytes.byteLength < count) {
      const next = await this.#pieces.next();
      if (next.done === true) return false;
      const joined = new Uint8Array(this.#bytes.byteLength + next.value.byteLength);
      joined.set(this.#bytes);
      joined.set(next.value, this.#bytes.byteLength);
      this.#bytes = joined;
    }
    return true;
  }

  async peek(count: number): Promise<Uint8Array> {
    if (!await this.has(count)) throw new TypeError("The zstd body broke off");
    return this.#bytes.subarray(0, count);
  }

  async take(count: number): Promise<Uint8Array> {
    const taken = await this.peek(count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  /** At least one byte and at most `count`. */
  async some(count: number): Promise<Uint8Array> {
    await this.peek(1);
    return await this.take(Math.min(count, this.#bytes.byteLength));
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) left -= (await this.some(left)).byteLength;
  }
}
