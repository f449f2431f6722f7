/** What a hostile upstream answers one call with: raw bytes of HTTP, as long as anybody reads them. */
export type Hostility = (
  call: HostileCall,
) => AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

export interface HostileCall {
  readonly method: string;
  readonly path: string;
  /** The API key that came with it. */
  readonly key: string;
}

const MODELS = ["gemini-2.5-flash", "gemini-2.5-pro"].map((id) => ({
  name: `models/${id}`,
  supportedGenerationMethods: ["generateContent", "countTokens", "embedContent"],
}));

/** An upstream that answers model lists well and everything else as it is told, byte by byte. */
export class HostileUpstream implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.TcpConn>();
  readonly #serving = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  hostility: Hostility;
  /** When set, model lists are answered so too. */
  lists: Hostility | undefined;
  /** Calls other than model lists. */
  calls = 0;

  constructor(hostility: Hostility) {
    this.hostility = hostility;
    this.#accepting = this.#accept().catch(() => {});
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      const serving = this.#serve(connection).catch(() => {}).finally(() => {
        this.#open.delete(connection);
        this.#serving.delete(serving);
        close(connection);
      });
      this.#serving.add(serving);
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const call = await readCall(connection);
    if (call === undefined) return;
    const list = /^\/v1(?:beta)?\/models(?:\?|$)/.test(call.path);
    if (list && this.lists === undefined) return await writeAll(connection, json({ models: MODELS }));
    if (!list) this.calls++;
    for await (const piece of (list ? this.lists! : this.hostility)(call)) await writeAll(connection, piece);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#open) close(connection);
    await Promise.all(this.#serving);
    // The platform closes the bodies of broken connections in turns of its own.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function readCall(connection: Deno.TcpConn): Promise<HostileCall | undefined> {
  const buffer = new Uint8Array(64 * 1024);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) return undefined;
    text += new TextDecoder("latin1").decode(buffer.subarray(0, count));
  }
  const [head = "", rest = ""] = text.split("\r\n\r\n", 2);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  for (let left = length - rest.length; left > 0;) {
    const count = await connection.read(buffer);
    if (count === null) return undefined;
    left -= count;
  }
  const [method = "", path = ""] = head.split(" ", 2);
  return { method, path, key: /\r\nx-goog-api-key: (\S+)/i.exec(head)?.[1] ?? "" };
}

async function writeAll(connection: Deno.TcpConn, piece: string | Uint8Array): Promise<void> {
  let bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
  while (bytes.length > 0) bytes = bytes.subarray(await connection.write(bytes));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It was closed by the other side.
  }
}

/** A head without a length: the body goes on until the connection ends. */
export function head(status: number, type: string, more = ""): string {
  return `HTTP/1.1 ${status} Odd\r\ncontent-type: ${type}\r\nconnection: close\r\n${more}\r\n`;
}

/** A whole reply. */
export function whole(status: number, type: string, body: string, more = ""): string {
  const length = new TextEncoder().encode(body).length;
  return head(status, type, `content-length: ${length}\r\n${more}`) + body;
}

export function json(value: unknown, status = 200): string {
  return whole(status, "application/json; charset=UTF-8", JSON.stringify(value));
}

/** Most that an attack without an end sends, so that a test that fails ends too. */
const MOST_SENT = 1_000_000_000;

/** The piece again and again. */
export function* endless(piece: string, begin = "", size = 65_536): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(begin);
  const block = encoder.encode(piece.repeat(Math.max(1, Math.ceil(size / piece.length))));
  for (let sent = 0; sent < MOST_SENT; sent += block.length) yield block;
}

/** The piece every `ms`, for at most a minute. */
export async function* trickle(piece: string, begin: string, ms: number): AsyncGenerator<string> {
  yield begin;
  for (let turn = 0; turn < 60_000 / ms; turn++) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    yield piece;
  }
}

/** A good chunk of a turn. */
export function chunk(text: string, finishReason?: string): string {
  const candidate = {
    content: { role: "model", parts: [{ text }] },
    index: 0,
    ...(finishReason === undefined ? {} : { finishReason }),
  };
  return `data: ${JSON.stringify({ candidates: [candidate] })}\r\n\r\n`;
}

/** `size` bytes of zeros, gzipped. */
export async function gzipOfZeros(size: number): Promise<Uint8Array> {
  let left = size;
  const zeros = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(new Uint8Array(Math.min(left, 1 << 20)));
      left -= 1 << 20;
    },
  });
  return await new Response(zeros.pipeThrough(new CompressionStream("gzip"))).bytes();
}
