/** How a call reaches the proxy, and how the proxy reaches Google: through sockets, or by calling the same handlers. */
import { type Geminitro, serve } from "../../../src/composition/mod.ts";
import { RESET, type Upstream } from "./upstream.ts";

export type Boundary = "sockets" | "functions";

/** The client's side of a proxy. */
export interface Front {
  send(path: string, init: RequestInit): Promise<Response>;
  /** Ends the proxy as SIGTERM does. */
  stop(): Promise<void>;
}

export async function frontOf(proxy: Geminitro, boundary: Boundary): Promise<Front> {
  return boundary === "sockets" ? await listening(proxy) : calling(proxy);
}

async function listening(proxy: Geminitro): Promise<Front> {
  // Its connections end with it, so that nobody waits for them when the proxy stops.
  const client = Deno.createHttpClient({});
  const serving = await serve(proxy, { host: "127.0.0.1", port: 0 });
  return {
    send: (path, init) => fetch(serving.url + path, { ...init, client }),
    async stop() {
      client.close();
      await serving.stop(1_000);
    },
  };
}

function calling(proxy: Geminitro): Front {
  return {
    send: (path, init) =>
      proxy.fetch(new Request(`http://127.0.0.1:7536${path}`, init), { peer: "127.0.0.1" }),
    async stop() {
      proxy.drain();
      proxy.abort();
      await proxy.close();
    },
  };
}

/** The proxy's side of Google's stand-in. */
export interface Back extends AsyncDisposable {
  readonly url: string;
  /** Sends one request; throws as `fetch` does where the script drops the connection. */
  fetch(request: Request): Promise<Response>;
}

export function backOf(upstream: Upstream, boundary: Boundary): Back {
  if (boundary === "functions") {
    // The proxy tries a connection of its own to an upstream that is silent; nobody needs to answer on it.
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return {
      url: `http://127.0.0.1:${listener.addr.port}`,
      fetch: async (request) => await read(await unlessAborted(upstream, request)),
      [Symbol.asyncDispose]: () => Promise.resolve(listener.close()),
    };
  }
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => upstream.answer(request),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    fetch: async (request) => await read(await fetch(request)),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Reads a reply to its end, so that no time of the proxy's passes while sockets are slow. */
async function read(reply: Response): Promise<Response> {
  const body = await reply.bytes();
  if (reply.headers.has(RESET)) {
    throw new TypeError("error sending request: connection closed before message completed");
  }
  return new Response(body, { status: reply.status, headers: reply.headers });
}

/** A fetch rejects at once when it is aborted, whatever the other side does. */
async function unlessAborted(upstream: Upstream, request: Request): Promise<Response> {
  const { signal } = request;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([upstream.answer(request), promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
