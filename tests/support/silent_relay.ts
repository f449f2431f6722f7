/** A certificate for localhost and the authority that a process must trust for it; both are made for tests alone. */
const TLS = new URL("./tls/", import.meta.url);
export const TEST_CA = new URL("ca.pem", TLS).pathname;

export function testCertificate(): { readonly cert: string; readonly key: string } {
  const read = (name: string) => Deno.readTextFileSync(new URL(name, TLS));
  return { cert: read("server.pem"), key: read("server.key") };
}

/** Passes bytes on, until it is told to forget what is open: such connections stay open and say nothing, as after a sleep. */
export class SilentRelay implements AsyncDisposable {
  readonly #listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  readonly #open = new Set<{ silent: boolean; readonly ends: readonly Deno.TcpConn[] }>();
  readonly #accepting: Promise<void>;
  /** Connections that came so far. */
  accepted = 0;
  /** Drops what comes in on new connections as well. */
  dead = false;

  constructor(readonly target: number) {
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  silence(): void {
    for (const one of this.#open) one.silent = true;
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) {
      this.accepted++;
      void this.#join(near);
    }
  }

  async #join(near: Deno.TcpConn): Promise<void> {
    const far = await Deno.connect({ port: this.target, hostname: "127.0.0.1" });
    const one = { silent: this.dead, ends: [near, far] };
    this.#open.add(one);
    await Promise.allSettled([pass(near, far, one), pass(far, near, one)]);
    this.#open.delete(one);
    for (const end of one.ends) close(end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const { ends } of this.#open) ends.forEach(close);
    await this.#accepting.catch(() => {});
  }
}

function close(end: Deno.TcpConn): void {
  try {
    end.close();
  } catch {
    // It is closed already.
  }
}

async function pass(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  state: { readonly silent: boolean },
): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
    if (state.silent) continue;
    for (let sent = 0; sent < read;) sent += await to.write(buffer.subarray(sent, read));
  }
  if (!state.silent) await to.closeWrite();
}
