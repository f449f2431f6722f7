/** What an outgoing proxy does with each request. */
export type ProxyManner = "refuse" | "sign_in";

/** An outgoing proxy that writes down where everything wants to go, and lets nothing through. */
export class RecordingProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  readonly #serving: Promise<void>;
  /** First lines of requests and the tokens in them, in order. */
  readonly seen: string[] = [];

  constructor(readonly manner: ProxyManner = "refuse") {
    this.#serving = this.#serve();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Hosts that were asked for. */
  get hosts(): readonly string[] {
    const found = this.seen.map((line) => {
      const target = line.split(" ")[1] ?? "";
      return (target.includes("://") ? new URL(target).hostname : target.split(":")[0]) ?? "";
    });
    return [...new Set(found)].sort();
  }

  /** The environment of a machine behind it. */
  get env(): Record<string, string> {
    const names = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
    return Object.fromEntries(names.map((name) => [name, this.url]));
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) void this.#answer(connection).catch(() => {});
  }

  async #answer(connection: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(16_384);
    const read = await connection.read(buffer) ?? 0;
    const head = new TextDecoder().decode(buffer.subarray(0, read));
    this.seen.push(head.split("\r\n")[0] ?? "");
    const status = this.manner === "sign_in"
      ? "407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=x"
      : "502 Bad Gateway";
    await connection.write(
      new TextEncoder().encode(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`),
    );
    connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving.catch(() => {});
  }
}
