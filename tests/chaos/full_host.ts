/** A host whose queue of connections is full, so that further ones neither come about nor are refused; later it serves. */
export interface FullHost extends AsyncDisposable {
  readonly url: string;
  /** Lets the queue run and passes every connection on. */
  serve(target: string): void;
}

/** Fills the queue of a listener that accepts nobody. Linux leaves further connections without an answer then. */
export async function fullHost(): Promise<FullHost> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = listener.addr;
  const queued: Deno.TcpConn[] = [];
  const open = new Set<Deno.TcpConn>();
  while (true) {
    try {
      queued.push(await Deno.connect({ hostname: "127.0.0.1", port, signal: AbortSignal.timeout(200) }));
    } catch {
      break;
    }
  }
  let serving: Promise<unknown> = Promise.resolve();

  async function pass(client: Deno.TcpConn, to: { hostname: string; port: number }): Promise<void> {
    const server = await Deno.connect(to);
    open.add(client).add(server);
    await Promise.allSettled([
      client.readable.pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ]);
  }

  return {
    url: `http://127.0.0.1:${port}`,
    serve(target) {
      const { hostname, port } = new URL(target);
      for (const connection of queued.splice(0)) connection.close();
      serving = (async () => {
        const passing: Promise<void>[] = [];
        try {
          for await (const client of listener) passing.push(pass(client, { hostname, port: Number(port) }));
        } catch {
          // The listener was closed.
        }
        await Promise.allSettled(passing);
      })();
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of [...queued, ...open]) {
        try {
          connection.close();
        } catch {
          // Its stream has closed it.
        }
      }
      await serving;
    },
  };
}
