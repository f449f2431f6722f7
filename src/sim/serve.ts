import { createSimulator, type Simulator } from "./simulator.ts";
import type { SimulatorOptions } from "./options.ts";

/** Where a served simulator listens. */
export interface ServeOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly hostname?: string;
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
  const simulator = createSimulator(options);
  const ending = new AbortController();
  const hostname = options.hostname ?? "127.0.0.1";
  const server = Deno.serve({
    port: options.port ?? 0,
    hostname,
    signal: ending.signal,
    onListen: () => {},
    onError: () => tornResponse(),
  }, simulator.fetch);
  return {
    url: `http://${hostname}:${server.addr.port}`,
    control: simulator.control,
    log: simulator.log,
    async close() {
      ending.abort();
      await server.finished;
    },
  };
}

/** A head that promises more bytes than come: the nearest to a torn connection that a handler can send. */
function tornResponse(): Response {
  const body = new ReadableStream({
    start: (controller) => controller.error(new TypeError("connection reset")),
  });
  return new Response(body, { status: 200, headers: { "content-length": "1" } });
}
