/** What the link does to the bytes between the proxy and its upstream. Changed while it runs. */
export interface LinkFaults {
  /** Milliseconds that each piece is held, either way. */
  delayMs: number;
  /** Connections whose reply is cut after this many bytes: every n-th; 0 none. */
  cutEvery: number;
  cutAfter: number;
  /** Accepts, and passes nothing on. */
  blackHole: boolean;
  /** Share of the reply's bytes that are changed, 0 to 1. */
  corrupt: number;
  /** New connections are closed at once. */
  refuse: boolean;
}

/** A network between the proxy and the simulator that fails as told. */
export class FaultyLink implements AsyncDisposable {
  readonly faults: LinkFaults = {
    delayMs: 0,
    cutEvery: 0,
    cutAfter: 0,
    blackHole: false,
    corrupt: 0,
    refuse: false,
  };
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: URL;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #work = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  #serial = 0;
  /** Bytes of replies that came from the upstream. */
  passedBack = 0;
  /** Changes bytes in a way that every run repeats. */
  #dice = 1;

  constructor(target: string) {
    this.#target = new URL(target);
    this.#accepting = this.#accept().catch(() => {});
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Connections that are open on the proxy's side, and their counterparts. */
  get connections(): number {
    return this.#open.size;
  }

  /** Tears every connection, as a router does that starts again. */
  tear(): void {
    for (const connection of this.#open) close(connection);
    this.#open.clear();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      if (this.faults.refuse) close(client);
      else this.#keep(this.#relay(client));
    }
  }

  #keep(task: Promise<void>): void {
    const kept = task.catch(() => {}).finally(() => this.#work.delete(kept));
    this.#work.add(kept);
  }

  async #relay(client: Deno.TcpConn): Promise<void> {
    this.#open.add(client);
    const serial = ++this.#serial;
    const server = await Deno.connect({ hostname: this.#target.hostname, port: Number(this.#target.port) });
    this.#open.add(server);
    const end = () => {
      for (const one of [client, server]) {
        close(one);
        this.#open.delete(one);
      }
    };
    await Promise.all([
      this.#pump(client, server, undefined).finally(end),
      this.#pump(server, client, serial).finally(end),
    ]);
  }

  /** Moves bytes until either side ends; `serial` names the connection on the way back, where replies are spoilt. */
  async #pump(from: Deno.TcpConn, to: Deno.TcpConn, serial: number | undefined): Promise<void> {
    const buffer = new Uint8Array(16 * 1024);
    let passed = 0;
    for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
      const { faults } = this;
      if (faults.blackHole) continue;
      if (faults.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, faults.delayMs));
      let piece = buffer.subarray(0, count);
      if (serial !== undefined) {
        if (faults.corrupt > 0) this.#spoil(piece);
        const cut = faults.cutEvery > 0 && serial % faults.cutEvery === 0;
        if (cut) piece = piece.subarray(0, Math.max(0, faults.cutAfter - passed));
      }
      for (let sent = 0; sent < piece.byteLength;) sent += await to.write(piece.subarray(sent));
      passed += count;
      if (serial !== undefined) this.passedBack += count;
      if (piece.byteLength < count) return;
    }
  }

  #spoil(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; at++) {
      this.#dice = Math.imul(this.#dice, 48_271) % 0x7FFFFFFF;
      if (Math.abs(this.#dice) / 0x7FFFFFFF < this.faults.corrupt) {
        bytes[at] = (bytes[at]! ^ this.#dice) & 0xFF;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    this.tear();
    await Promise.all(this.#work);
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It was closed by the other direction.
  }
}
