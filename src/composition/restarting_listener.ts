import type { Clock } from "../core/mod.ts";

export interface RestartingOptions {
  readonly hostname: string;
  readonly port: number;
  readonly reusePort: boolean;
  readonly handler: Deno.ServeHandler<Deno.NetAddr>;
  readonly clock: Clock;
  readonly log: (message: string, error: string) => void;
}

/** A server that listens until it is told to stop. */
export interface RestartingListener {
  readonly port: number;
  /** Takes no more connections and resolves when the running calls have ended. */
  shutdown(): Promise<void>;
  /** Closes every connection, whatever its client has sent or read so far. */
  abort(): void;
}

const AGAIN_MS = 100;

/**
 * Listens, and listens again when the platform's server gives up: it does so when a connection cannot be taken because the
 * process has no handle left, and would take the whole process with it. Throws Deno.errors.AddrInUse at the first time alone.
 */
export function restartingListener(options: RestartingOptions): RestartingListener {
  const { clock, log } = options;
  let stopping = false;
  let ended = false;
  let cancel: (() => void) | undefined;
  const ending = new AbortController();
  let server = open(options.port);
  const { port } = server.addr;

  function open(port: number): Deno.HttpServer<Deno.NetAddr> {
    const { hostname, reusePort, handler } = options;
    const opened = Deno.serve({
      hostname,
      port,
      reusePort,
      signal: ending.signal,
      onListen: () => {},
      onError: () => new Response("The proxy failed on this request", { status: 500 }),
    }, handler);
    opened.finished.catch((error: unknown) => {
      if (!stopping) log("The server stopped listening and begins again", String(error));
      again();
    });
    return opened;
  }

  function again(): void {
    if (stopping) return;
    cancel = clock.after(AGAIN_MS, () => {
      try {
        server = open(port);
      } catch {
        again();
      }
    });
  }

  return {
    port,
    async shutdown() {
      stopping = true;
      cancel?.();
      // One that has given up by itself has nothing to end.
      await server.shutdown().catch(() => {});
      ended = true;
    },
    abort() {
      if (ended) return;
      // The platform throws in its own listener when the server has ended but its promise has not been told yet; uncaught, that
      // would end the process before it has written what is pending.
      const late = (event: ErrorEvent) => {
        if (event.error instanceof Deno.errors.BadResource) event.preventDefault();
      };
      addEventListener("error", late);
      try {
        ending.abort();
      } finally {
        removeEventListener("error", late);
      }
    },
  };
}
