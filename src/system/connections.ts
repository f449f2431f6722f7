import type { Connections, Fetch, SpareConnection } from "../core/mod.ts";

/**
 * How long an idle connection is kept: routers drop idle connections, some within a minute, and reopening costs a few round
 * trips.
 */
const IDLE_MS = 50_000;
const BEAT_MS = 2_000;
/** A beat that is late by so much means that the machine slept or the clock was set. */
const LATE_MS = 5_000;
/** The beats stop so long after the last call, so that an idle process sleeps; by then no connection is open. */
const REST_MS = IDLE_MS + BEAT_MS;

/** The platform functions that this needs; tests replace them. */
export interface ConnectionParts {
  readonly wall: () => number;
  readonly every: (ms: number, task: () => void) => () => void;
  readonly open: (proxy: string | undefined) => Deno.HttpClient;
}

const REAL: ConnectionParts = {
  wall: () => Date.now(),
  every(ms, task) {
    const timer = setInterval(task, ms);
    Deno.unrefTimer(timer);
    return () => clearInterval(timer);
  },
  open: (proxy) =>
    Deno.createHttpClient({
      poolIdleTimeout: IDLE_MS,
      ...(proxy === undefined ? {} : { proxy: { url: proxy } }),
    }),
};

/** The connections to Google of one process, one pool for each outgoing proxy. Close it at the end. */
export function createConnections(parts: ConnectionParts = REAL): Connections & { close(): void } {
  return new Pools(parts);
}

class Pools implements Connections {
  readonly #parts: ConnectionParts;
  readonly #clients = new Map<string, Deno.HttpClient>();
  /** Hosts that have answered through the current pools, each with the proxy it was reached by. */
  readonly #heard = new Set<string>();
  /** The last proxy and host that answered: nearly all calls go to one. */
  #lastProxy: string | undefined;
  #lastHost = "";
  #stopBeats: (() => void) | undefined;
  #beatAt = 0;
  #usedAt = 0;
  #closed = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  client(proxy = ""): Deno.HttpClient {
    // After closing nothing is sent, and nothing may be left open.
    if (this.#closed) return closedClient(this.#open(proxy));
    this.#look();
    return this.#clients.get(proxy) ?? this.#keep(proxy, this.#open(proxy));
  }

  heard(url: string, proxy = ""): void {
    if (proxy === this.#lastProxy && url.startsWith(this.#lastHost)) return;
    this.#heard.add(hostOf(url, proxy));
    this.#lastProxy = proxy;
    this.#lastHost = url.slice(0, hostEnd(url) + 1);
  }

  reuses(url: string, proxy = ""): boolean {
    return this.#heard.has(hostOf(url, proxy));
  }

  renew(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
    this.#heard.clear();
    this.#lastProxy = undefined;
  }

  spare(proxy = ""): SpareConnection {
    const client = this.#open(proxy);
    let open = true;
    return {
      client,
      promote: () => {
        if (!open) return;
        open = false;
        if (this.#closed) return client.close();
        this.renew();
        this.#keep(proxy, client);
      },
      drop() {
        if (open) client.close();
        open = false;
      },
    };
  }

  close(): void {
    this.#closed = true;
    this.#rest();
    this.renew();
  }

  #open(proxy: string): Deno.HttpClient {
    return this.#parts.open(proxy === "" ? undefined : proxy);
  }

  #keep(proxy: string, client: Deno.HttpClient): Deno.HttpClient {
    this.#clients.set(proxy, client);
    return client;
  }

  /** Every use checks the wall clock, so that the first call after a sleep does not wait for a beat. */
  #look(): void {
    const now = this.#parts.wall();
    this.#usedAt = now;
    if (this.#stopBeats !== undefined) return this.#beat(now, false);
    if (this.#beatAt !== 0) this.renew();
    this.#beatAt = now;
    this.#stopBeats = this.#parts.every(BEAT_MS, () => this.#beat(this.#parts.wall(), true));
  }

  #beat(now: number, timed: boolean): void {
    if (Math.abs(now - this.#beatAt) > BEAT_MS + LATE_MS) this.renew();
    else if (!timed) return;
    this.#beatAt = now;
    if (timed && now - this.#usedAt > REST_MS) this.#rest();
  }

  #rest(): void {
    this.#stopBeats?.();
    this.#stopBeats = undefined;
  }
}

function closedClient(client: Deno.HttpClient): Deno.HttpClient {
  client.close();
  return client;
}

/** A fetch that uses these connections by default; a failed call is not repeated over the same. */
export function pooledFetch(fetch: Fetch, connections: Connections, proxy?: string): Fetch {
  const pooled = async (input: Parameters<Fetch>[0], init: RequestInit | undefined) => {
    try {
      const over: RequestInit & { client: Deno.HttpClient } = { ...init, client: connections.client(proxy) };
      return await fetch(input, over);
    } catch (cause) {
      connections.renew();
      throw cause;
    }
  };
  return (input, init) => init !== undefined && "client" in init ? fetch(input, init) : pooled(input, init);
}

/** The beginning of a URL is enough to tell hosts apart, and costs no parsing. */
function hostOf(url: string, proxy: string): string {
  return `${proxy} ${url.slice(0, hostEnd(url))}`;
}

function hostEnd(url: string): number {
  const end = url.indexOf("/", url.indexOf("//") + 2);
  return end < 0 ? url.length : end;
}
