/** Time as an argument. Tests and the scenario suite move it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once after `ms`; the returned function cancels it. */
  after(ms: number, task: () => void): () => void;
}

/** A number in [0, 1). */
export type Random = () => number;

/** A fresh identifier with the given prefix, for example `newId("call_")`. At least 120 random bits, [A-Za-z0-9]. */
export type NewId = (prefix: string) => string;

/** The platform's fetch, or a stand-in. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Connections to upstreams, kept open between calls. `proxy` is an outgoing proxy's URL; absent: as the environment says. */
export interface Connections {
  /** The pool that calls go through now. */
  client(proxy?: string): Deno.HttpClient;
  /** Notes that the host of a URL has answered through the current pool. */
  heard(url: string, proxy?: string): void;
  /** Whether a call may use a pooled connection, which may be dead without notice. */
  reuses(url: string, proxy?: string): boolean;
  /** Calls go over new connections from now on; calls in progress keep theirs. */
  renew(): void;
  /** A pool beside the current one, for one call that must not share a connection with others. */
  spare(proxy?: string): SpareConnection;
}

export interface SpareConnection {
  readonly client: Deno.HttpClient;
  /** Makes it the current pool: it answered where that one did not. */
  promote(): void;
  drop(): void;
}

/** Ports to the outside that modules take as arguments: time, chance, names and the network. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly fetch: Fetch;
}
