/** A relay of bytes before an HTTP server, so that a connection can be torn before any head was sent. */
export interface TearFront {
  readonly port: number;
  /** Ends the client's connection behind the server-side port that the HTTP handler sees. */
  tear(serverSidePort: number): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Deno.TcpConn;
  readonly inner: Deno.TcpConn;
}

/** Listens on `hostname:port` (0: any free port) and relays every connection to `innerPort` on loopback. */
export function createTearFront(hostname: string, port: number, innerPort: number): TearFront {
  const listener = Deno.listen({ hostname, port });
  const pairs = new Map<number, Pair>();
  const work = new Set<Promise<void>>();

  async function relay(client: Deno.TcpConn): Promise<void> {
    const inner = await Deno.connect({ hostname: "127.0.0.1", port: innerPort });
    client.setNoDelay(true);
    inner.setNoDelay(true);
    const pair = { client, inner };
    pairs.set(inner.localAddr.port, pair);
    const end = (): void => closePair(pair);
    await Promise.all([pump(client, inner).finally(end), pump(inner, client).finally(end)]);
    pairs.delete(inner.localAddr.port);
  }

  async function accept(): Promise<void> {
    for await (const client of listener) {
      const task: Promise<void> = relay(client).catch(() => closeQuietly(client)).finally(() =>
        void work.delete(task)
      );
      work.add(task);
    }
  }

  const accepting = accept();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    tear(serverSidePort) {
      const pair = pairs.get(serverSidePort);
      if (pair) closePair(pair);
    },
    async close() {
      listener.close();
      await accepting.catch(() => {});
      for (const pair of pairs.values()) closePair(pair);
      await Promise.all(work);
    },
  };
}

/** Moves bytes until either side ends; ends of connections are normal here, so errors are too. */
async function pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
      let sent = 0;
      while (sent < count) sent += await to.write(buffer.subarray(sent, count));
    }
  } catch {
    return;
  }
}

function closePair(pair: Pair): void {
  closeQuietly(pair.client);
  closeQuietly(pair.inner);
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    return;
  }
}
