import { isLoopback } from "../config/mod.ts";
import { type Clock, sha256 } from "../core/mod.ts";
import { isSameOrigin, isTrustedHost, unknownHost, unknownOrigin } from "./request_guard.ts";

/** The cookie's name; HttpOnly, SameSite=Strict, for the whole origin. */
const SESSION_COOKIE = "geminitro_session";
/** A session ends this long after its login. */
export const SESSION_MS = 7 * 24 * 3_600_000;

/** An address that gave the right token is known for this long. */
const KNOWN_MS = 3_600_000;
const MOST_KNOWN = 1_000;

export interface SessionOptions {
  /** Kept across restarts, so that sessions survive them. Never leaves the process. */
  readonly secret: string;
  readonly clock: Clock;
  /** Compares in constant time with the owner's token. */
  verifyOwner(token: string): boolean | Promise<boolean>;
  /** Something that changes with the owner's token, so that a new token ends every session. */
  generation?(): string | Promise<string>;
  /** Ended sessions, by the hash of their id; default: this process's memory. */
  readonly ended?: EndedSessions;
  /** Further host names under which the dashboard may be reached (the HOST setting). */
  readonly hosts?: readonly string[];
  /** Called with the reason when a host or origin is refused, for the log. */
  readonly onForeign?: ((message: string) => void) | undefined;
}

/** Sessions that were ended before their time, known to all processes and after a restart. */
export interface EndedSessions {
  has(hash: string): Promise<boolean>;
  add(hash: string, forMs: number): Promise<void>;
}

export interface LoginRefusal {
  readonly ok: false;
  readonly reason: "wrong_token" | "slow_down" | "foreign";
  readonly retryAfterMs: number;
}

export type Login = { readonly ok: true; readonly cookie: string } | LoginRefusal;

export interface Sessions {
  /** Returns why a login is refused before its body is read. */
  refusal(request: Request, remote?: string): LoginRefusal | undefined;
  /** `remote` is the peer's address; guesses from one address are slowed down together. */
  login(request: Request, token: string, remote?: string): Promise<Login>;
  /** True when the request carries a live session, comes to a trusted host, and, if it changes anything, from our own page. */
  verify(request: Request): Promise<boolean>;
  /** Explains what is foreign about a request, and the setting that allows it. */
  whyForeign(request: Request): string;
  /** True when the Host header cannot be the work of DNS rebinding. */
  isTrustedHost(request: Request): boolean;
  /** Ends the session that the request carries, everywhere; returns the cookie that clears it. */
  logout(request: Request): Promise<string>;
}

function cookieOf(request: Request): string | undefined {
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${SESSION_COOKIE}=`))?.slice(SESSION_COOKIE.length + 1);
}

function cookieLine(value: string, maxAgeMs: number): string {
  return `${SESSION_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${
    Math.floor(maxAgeMs / 1000)
  }`;
}

const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/** Compares texts of one length in constant time. */
function equal(left: string, right: string): boolean {
  let different = left.length ^ right.length;
  for (let index = 0; index < left.length; index++) {
    different |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return different === 0;
}

/** Makes the HMAC-SHA-256 of a text, in base64url. The platform's own: Node's takes 15 ms of every start. */
function createSigner(secret: string): (text: string) => Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  let key: Promise<CryptoKey> | undefined;
  return async (text) => {
    key ??= crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
    const mac = await crypto.subtle.sign(algorithm.name, await key, encoder.encode(text));
    return new Uint8Array(mac).toBase64(BASE64URL);
  };
}

/** Sessions that this process ended, also while the store is unavailable; expired ones are forgotten. */
function rememberedEnds(clock: Clock): EndedSessions {
  const ended = new Map<string, number>();
  return {
    has: (hash) => Promise.resolve((ended.get(hash) ?? 0) > clock.now()),
    add(hash, forMs) {
      for (const [one, until] of ended) if (until < clock.now()) ended.delete(one);
      ended.set(hash, clock.now() + forMs);
      return Promise.resolve();
    },
  };
}

/** Sessions for the dashboard, as signed cookies `<started>.<nonce>.<mac>`; nothing is stored but ended sessions. */
export function createSessions(options: SessionOptions): Sessions {
  const { clock, hosts = [] } = options;
  const remembered = rememberedEnds(clock);
  /** Addresses that gave the right token, and when. */
  const known = new Map<string, number>();
  // As at the APIs' gate: this machine and recently successful addresses are exempt from the wait.
  const isHeard = (remote: string) =>
    isLoopback(remote) || (known.get(remote) ?? -Infinity) > clock.now() - KNOWN_MS;
  const limiter = createLoginRateLimiter(clock);
  const hmac = createSigner(options.secret);
  const sign = async (started: string, nonce: string) =>
    await hmac(`dashboard session\n${await options.generation?.() ?? ""}\n${started}\n${nonce}`);

  /** The remaining time of a cookie's session; 0 for an invalid one. */
  async function lifeOf(cookie: string): Promise<number> {
    const [started = "", nonce = "", mac = ""] = cookie.split(".", 4);
    const age = clock.now() - Number(started);
    if (!(age >= 0 && age < SESSION_MS) || !equal(mac, await sign(started, nonce))) return 0;
    const hash = hashOf(nonce);
    if (await remembered.has(hash)) return 0;
    // While the store is unavailable, the owner's pages must still be able to show that.
    const ended = await options.ended?.has(hash).catch(() => false) ?? false;
    return ended ? 0 : SESSION_MS - age;
  }

  async function issue(): Promise<string> {
    const [started, nonce] = [
      String(clock.now()),
      crypto.getRandomValues(new Uint8Array(18)).toBase64(BASE64URL),
    ];
    return cookieLine(`${started}.${nonce}.${await sign(started, nonce)}`, SESSION_MS);
  }

  function whyForeign(request: Request): string {
    const origin = request.headers.get("origin");
    return isTrustedHost(request, hosts) && origin !== null ? unknownOrigin(origin) : unknownHost(request);
  }

  function refusal(request: Request, remote = "local"): LoginRefusal | undefined {
    if (!isTrustedHost(request, hosts) || !isSameOrigin(request)) {
      options.onForeign?.(whyForeign(request));
      return { ok: false, reason: "foreign", retryAfterMs: 0 };
    }
    const waitMs = isHeard(remote) ? 0 : limiter.wait(remote);
    return waitMs > 0 ? { ok: false, reason: "slow_down", retryAfterMs: waitMs } : undefined;
  }

  return {
    refusal,
    async login(request, token, remote = "local") {
      const refused = refusal(request, remote);
      if (refused !== undefined) return refused;
      if (await options.verifyOwner(token)) {
        limiter.forget(remote);
        if (known.size >= MOST_KNOWN) known.clear();
        known.set(remote, clock.now());
        return { ok: true, cookie: await issue() };
      }
      return { ok: false, reason: "wrong_token", retryAfterMs: limiter.miss(remote) };
    },
    async verify(request) {
      const cookie = cookieOf(request);
      if (cookie === undefined || !isTrustedHost(request, hosts) || !isSameOrigin(request)) return false;
      return await lifeOf(cookie) > 0;
    },
    isTrustedHost(request) {
      const trusted = isTrustedHost(request, hosts);
      if (!trusted) options.onForeign?.(unknownHost(request));
      return trusted;
    },
    whyForeign,
    async logout(request) {
      const cookie = cookieOf(request) ?? "";
      const left = await lifeOf(cookie);
      // Only valid sessions are stored, so that nobody can fill the store with invented ones.
      if (left > 0) {
        const hash = hashOf(cookie.split(".", 3)[1] ?? "");
        await remembered.add(hash, left);
        await options.ended?.add(hash, left);
      }
      return cookieLine("", 0);
    },
  };
}

/** The stored form of a session's id: reading the store reveals none. */
function hashOf(nonce: string): string {
  return sha256(nonce);
}

const FREE_TRIES = 3;
const LONGEST_MS = 60_000;
const FORGET_MS = 15 * 60_000;
const MOST_REMOTES = 1_000;

/** Slows down guessing: after three misses each further one doubles the wait, up to a minute. */
interface LoginRateLimiter {
  /** Milliseconds until this address may try again; 0 when it may now. */
  wait(remote: string): number;
  /** Counts a wrong guess and returns the resulting wait. */
  miss(remote: string): number;
  forget(remote: string): void;
}

/** Keeps misses in memory, for at most a thousand addresses and a quarter of an hour each. */
function createLoginRateLimiter(clock: Clock): LoginRateLimiter {
  const misses = new Map<string, { count: number; last: number }>();

  function waitAfter(entry: { count: number; last: number }): number {
    if (entry.count < FREE_TRIES) return 0;
    const delay = Math.min(LONGEST_MS, 1_000 * 2 ** (entry.count - FREE_TRIES));
    return Math.max(0, entry.last + delay - clock.now());
  }

  function trim(): void {
    const old = clock.now() - FORGET_MS;
    for (const [remote, { last }] of misses) {
      if (last < old || misses.size > MOST_REMOTES) misses.delete(remote);
    }
  }

  return {
    wait(remote) {
      trim();
      const entry = misses.get(remote);
      return entry === undefined ? 0 : waitAfter(entry);
    },
    miss(remote) {
      const entry = { count: (misses.get(remote)?.count ?? 0) + 1, last: clock.now() };
      misses.delete(remote);
      misses.set(remote, entry);
      return waitAfter(entry);
    },
    forget: (remote) => void misses.delete(remote),
  };
}
