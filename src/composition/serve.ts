import type { Geminitro } from "./geminitro.ts";
import { type Clock, describeFault } from "../core/mod.ts";

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** Shares the port with other processes (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  /** True for a process that joins others on the port; the first one checks that the port is free. */
  readonly joins?: boolean;
}

/** A proxy that listens. */
export interface Serving {
  readonly port: number;
  /** Where it can be reached, for people. */
  readonly url: string;
  /** Stops taking connections, lets running calls end for at most `patienceMs`, then closes everything. */
  stop(patienceMs?: number): Promise<void>;
}

/** Longest time that running calls have to end; containers are killed after ten seconds. */
export const PATIENCE_MS = 8_000;

/**
 * Listens with a proxy. `localhost` is both loopback addresses, since clients resolve it to either; a machine without IPv6
 * has the one. Throws Deno.errors.AddrInUse when the port is taken.
 */
export async function serve(proxy: Geminitro, options: ServeOptions): Promise<Serving> {
  const servers: RestartingListener[] = [];
  let { port } = options;
  for (const hostname of options.host === "localhost" ? ["127.0.0.1", "::1"] : [options.host]) {
    try {
      if (options.reusePort === true && options.joins !== true) mustBeFree(hostname, port);
      const server = listen(proxy, { hostname, port, reusePort: options.reusePort ?? false });
      port = server.port;
      servers.push(server);
    } catch (cause) {
      if (servers.length === 0 || cause instanceof Deno.errors.AddrInUse) {
        await Promise.all(servers.map((server) => server.shutdown()));
        throw cause;
      }
      // No IPv6 on this machine: 127.0.0.1 serves alone.
    }
  }
  return {
    port,
    url: `http://${urlHost(options.host)}:${port}`,
    stop: (patienceMs = PATIENCE_MS) => stop(proxy, servers, patienceMs),
  };
}

/** Throws if the port is in use: sharing a port with another program would succeed silently. */
function mustBeFree(hostname: string, port: number): void {
  if (port !== 0) Deno.listen({ hostname, port }).close();
}

function listen(
  proxy: Geminitro,
  at: { readonly hostname: string; readonly port: number; readonly reusePort: boolean },
): RestartingListener {
  const { ledger, ports: { clock } } = proxy.services;
  return restartingListener({
    ...at,
    clock,
    handler: (request, info) => proxy.fetch(request, { peer: info.remoteAddr.hostname }),
    log: (message, error) => ledger.log("error", "server", message, { error }),
  });
}

/**
 * Polling interval while a server ends, and how long a server without a call keeps connections open whose
 * request is incomplete.
 */
const LOOK_MS = 100;
const IDLE_LOOKS = 20;
/** Time for aborted calls to send their last frame, and for the services to write what is pending. */
const LAST_WORDS_MS = 500;
const CLOSING_MS = 5_000;

/** Ends in little more than `patienceMs`, whatever clients do: calls end first, then connections without one. */
async function stop(
  proxy: Geminitro,
  servers: readonly RestartingListener[],
  patienceMs: number,
): Promise<void> {
  // Open event streams never end by themselves, and shutdown waits for them.
  proxy.drain();
  let over = false;
  const drained = Promise.all(servers.map((server) => server.shutdown())).then(() => void (over = true));
  await untilCallsEnd(proxy, drained, patienceMs);
  if (!over) {
    proxy.abort();
    await within(LAST_WORDS_MS, drained);
    for (const server of servers) server.abort();
  }
  await within(CLOSING_MS, proxy.close());
  await within(LAST_WORDS_MS, drained);
}

/**
 * Waits until all connections have drained, but not longer than `patienceMs`, nor once there has been no call
 * for a while: half-sent requests are not waited for.
 */
async function untilCallsEnd(
  { services }: Geminitro,
  drained: Promise<void>,
  patienceMs: number,
): Promise<void> {
  let idle = 0;
  let looks = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      idle = services.relay.calls.size === 0 ? idle + 1 : 0;
      if (idle >= IDLE_LOOKS || ++looks * LOOK_MS >= patienceMs) resolve();
    }, LOOK_MS);
  });
  await Promise.race([drained, enough]).finally(() => clearInterval(timer));
}

/** Waits for work, but no longer than `ms`. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/**
 * Keeps the process alive on an unhandled rejection or error: one request's fault must not end all other calls.
 * Each of them is a defect, so it is logged.
 */
export function keepGoing(log: (message: string, error: string) => void): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log("Work in the background failed and nobody waited for it", describeFault(event.reason));
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log("Work in the background failed", describeFault(event.error ?? event.message));
  });
}

interface RestartingOptions {
  readonly hostname: string;
  readonly port: number;
  readonly reusePort: boolean;
  readonly handler: Deno.ServeHandler<Deno.NetAddr>;
  readonly clock: Clock;
  readonly log: (message: string, error: string) => void;
}

/** A server that listens until it is told to stop. */
interface RestartingListener {
  readonly port: number;
  /** Takes no more connections and resolves when the running calls have ended. */
  shutdown(): Promise<void>;
  /** Closes every connection, whatever its state. */
  abort(): void;
}

const AGAIN_MS = 100;

/**
 * Listens, and listens again when the platform's server gives up. It does so when a connection cannot be
 * accepted because the process has no file handle left, which would end the whole process. Throws
 * Deno.errors.AddrInUse only the first time.
 */
function restartingListener(options: RestartingOptions): RestartingListener {
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
      // A server that gave up by itself has nothing to shut down.
      await server.shutdown().catch(() => {});
      ended = true;
    },
    abort() {
      if (ended) return;
      // The platform throws in its own listener when the server has ended before its promise settles; uncaught,
      // that would end the process before pending writes are done.
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
