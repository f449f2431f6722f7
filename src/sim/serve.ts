import { ConnectionReset } from "./emission.ts";
import type { SimulatorOptions } from "./options.ts";
import { type Simulator, simulatorFor } from "./simulator.ts";

/** Where a served simulator listens. */
export interface ServeOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly hostname?: string;
  /**
   * True (default, but for benchmarks) puts a relay of bytes before the server, so that `reset_before_head` really tears
   * the connection; false is quicker, and such a fault becomes a torn body.
   */
  readonly tearable?: boolean;
}

/** A simulator behind a socket. */
export interface ServedSimulator extends Pick<Simulator, "control" | "log"> {
  /** Without a slash at the end, for example `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/** Serves a simulator over HTTP. Torn connections are torn on the wire too. */
export function serveSimulator(options: SimulatorOptions & ServeOptions = {}): ServedSimulator {
  const simulator = simulatorFor(options, "close");
  const hostname = options.hostname ?? "127.0.0.1";
  const port = options.port ?? 0;
  const ending = new AbortController();
  const settings = { signal: ending.signal, onListen: () => {} };
  const { control, log } = simulator;
  if (!(options.tearable ?? options.benchmark === undefined)) {
    const server = Deno.serve({ ...settings, port, hostname, onError: tornBody }, simulator.fetch);
    return {
      url: `http://${hostname}:${server.addr.port}`,
      control,
      log,
      close: () => closeServer(server, ending),
    };
  }
  const server = Deno.serve({ ...settings, port: 0, hostname: "127.0.0.1" }, async (request, info) => {
    try {
      return await simulator.fetch(request);
    } catch (error) {
      if (!(error instanceof ConnectionReset) && !request.signal.aborted) throw error;
      front.tear((info.remoteAddr as Deno.NetAddr).port);
      return new Response(null, { status: 500 });
    }
  });
  const front = createTearFront(hostname, port, server.addr.port);
  return {
    url: `http://${hostname}:${front.port}`,
    control,
    log,
    async close() {
      await front.close();
      await closeServer(server, ending);
    },
  };
}

async function closeServer(server: Deno.HttpServer, ending: AbortController): Promise<void> {
  ending.abort();
  await server.finished;
}

/** A head whose body breaks at once: the closest to a torn connection that a handler can do. */
function tornBody(): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.error(new ConnectionReset()) }));
}

/** A relay of bytes before an HTTP server, so that a connection can be torn before any head was sent. */
interface TearFront {
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
function createTearFront(hostname: string, port: number, innerPort: number): TearFront {
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
