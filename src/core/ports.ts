/** Time, as something that is passed in. Tests and the scenario suite move it by hand. */
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

/** What the outside gives every room: time, chance, names and the network. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly fetch: Fetch;
}
