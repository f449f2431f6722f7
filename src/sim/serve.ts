import { ConnectionReset } from "./emission.ts";
import type { SimulatorOptions } from "./options.ts";
import { type Simulator, simulatorFor } from "./simulator.ts";
import { createTearFront } from "./tear_front.ts";

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

/** A head whose body breaks at once: the nearest to a torn connection that a handler can send. */
function tornBody(): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.error(new ConnectionReset()) }));
}
