/** A prepared HTTP/1.1 request, sent again and again. */
export interface LoadRequest {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Requests a second. */
  readonly rate: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly failures: number;
}

const encoder = new TextEncoder();
const END = encoder.encode("0\r\n\r\n");

/**
 * Sends `request` over `connections` kept-alive sockets for `ms`; a plain socket client, so that little of the machine goes to
 * the measuring. As fast as replies come, or at `rate` requests a second, evenly.
 */
export async function load(
  request: LoadRequest,
  connections: number,
  ms: number,
  rate = Infinity,
): Promise<LoadResult> {
  const bytes = bytesOf(request);
  const latencies: number[] = [];
  let failures = 0;
  const started = performance.now();
  const end = started + ms;
  const worker = async (_: unknown, index: number) => {
    let client = await Client.connect(request);
    for (let turn = index; performance.now() < end; turn += connections) {
      const wait = started + turn * 1000 / rate - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const at = performance.now();
      try {
        const status = await client.exchange(bytes);
        if (status !== 200) failures++;
        latencies.push(performance.now() - at);
      } catch {
        failures++;
        client.close();
        client = await Client.connect(request);
      }
    }
    client.close();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    requests: latencies.length,
    seconds,
    rate: latencies.length / seconds,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    failures,
  };
}

function bytesOf({ host, port, path, headers, body }: LoadRequest): Uint8Array {
  const payload = encoder.encode(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    `Content-Length: ${payload.byteLength}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ].join("\r\n");
  const start = encoder.encode(`${head}\r\n\r\n`);
  const all = new Uint8Array(start.byteLength + payload.byteLength);
  all.set(start);
  all.set(payload, start.byteLength);
  return all;
}

class Client {
  readonly #conn: Deno.TcpConn;
  readonly #buffer = new Uint8Array(64 * 1024);

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async connect({ host, port }: LoadRequest): Promise<Client> {
    const conn = await Deno.connect({ hostname: host, port });
    conn.setNoDelay(true);
    return new Client(conn);
  }

  close(): void {
    this.#conn.close();
  }

  /** Writes the request and reads its reply to the end; returns the status. */
  async exchange(bytes: Uint8Array): Promise<number> {
    for (let sent = 0; sent < bytes.byteLength;) sent += await this.#conn.write(bytes.subarray(sent));
    const head = await this.#readHead();
    if (head.length !== undefined) await this.#skip(head.length - head.rest.byteLength);
    else await this.#skipChunks(head.rest);
    return head.status;
  }

  async #readHead() {
    let text = "";
    while (true) {
      const read = await this.#conn.read(this.#buffer);
      if (read === null) throw new Error("closed");
      text += latin1(this.#buffer.subarray(0, read));
      const at = text.indexOf("\r\n\r\n");
      if (at < 0) continue;
      const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, at))?.[1];
      const rest = Uint8Array.from(text.slice(at + 4), (letter) => letter.charCodeAt(0));
      return {
        status: Number(text.slice(9, 12)),
        length: length === undefined ? undefined : Number(length),
        rest,
      };
    }
  }

  async #skip(left: number): Promise<void> {
    while (left > 0) {
      const read = await this.#conn.read(this.#buffer);
      if (read === null) throw new Error("closed");
      left -= read;
    }
  }

  /** Chunked bodies end in a chunk of no length; nothing else of these replies does. */
  async #skipChunks(rest: Uint8Array): Promise<void> {
    let tail = rest;
    while (!endsWith(tail)) {
      const read = await this.#conn.read(this.#buffer);
      if (read === null) throw new Error("closed");
      const piece = this.#buffer.slice(Math.max(0, read - END.byteLength), read);
      tail = piece.byteLength >= END.byteLength ? piece : joined(tail, piece);
    }
  }
}

function endsWith(bytes: Uint8Array): boolean {
  return bytes.byteLength >= END.byteLength &&
    END.every((byte, index) => bytes[bytes.byteLength - END.byteLength + index] === byte);
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const all = new Uint8Array(left.byteLength + right.byteLength);
  all.set(left);
  all.set(right, left.byteLength);
  return all;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
