import { isLoopback } from "../config/mod.ts";
import type { ClientId, Failure } from "../core/mod.ts";
import { err, ok, type Result } from "../core/mod.ts";
import type { RequestTarget } from "./request_target.ts";

/** The sender of a request. */
export interface ClientIdentity {
  readonly id: ClientId;
  readonly name: string;
  /** The holder of PROXY_API_KEY (or of the dashboard's session): may manage. */
  readonly owner: boolean;
}

/** Finds the client of a bearer token; must take constant time. */
export type Authenticate = (token: string) => ClientIdentity | undefined;

/** A query without either word or an escape has no token: parsing it would cost more than all the rest here. */
const MAY_HOLD_TOKEN_REGEXP = /key|access_token|%/;

/** Headers that carry a token beside Authorization: Anthropic's, Google's and Azure's. */
const TOKEN_HEADERS = ["x-api-key", "x-goog-api-key", "api-key"] as const;

/** The tokens of a request, in any form that the dialects' clients send; without empty ones. */
function tokensOf(request: Request, target: RequestTarget): readonly string[] {
  const { headers } = request;
  const written = headers.get("authorization")?.trim() ?? "";
  const bearer = /^bearer(?:\s|$)/i.test(written) ? written.slice(7).trim() : written;
  const tokens = bearer === "" ? [] : [bearer];
  for (const name of TOKEN_HEADERS) {
    const token = headers.get(name)?.trim();
    if (token) tokens.push(token);
  }
  if (MAY_HOLD_TOKEN_REGEXP.test(target.query)) {
    for (const name of ["key", "access_token"]) {
      const token = target.url.searchParams.get(name)?.trim();
      if (token) tokens.push(token);
    }
  }
  return tokens;
}

/** Wrong tokens that an address may send before it must wait, and the longest wait in milliseconds. */
const FREE_GUESSES = 10;
const LONGEST_LOCK_MS = 60_000;
/** An address that gave a right token is known for this long. */
const KNOWN_MS = 3_600_000;
const MOST_ADDRESSES = 10_000;

export interface AuthGate {
  check(request: Request, target: RequestTarget, peer: string): Checked | Promise<Checked>;
}

/** The sender of a request, or why it is refused. */
export type Checked = Result<ClientIdentity, Failure>;

/** A gate for tokens alone, which answers at once. */
export interface TokenGate extends AuthGate {
  check(request: Request, target: RequestTarget, peer: string): Checked;
}

interface Guesses {
  count: number;
  until: number;
}

/**
 * Checks tokens and slows down guessing: after ten wrong ones an address must wait, twice as long each time, and
 * its requests are refused unread meanwhile. Addresses that recently sent a valid token, and this machine
 * itself, are exempt: one agent with a stale key must not lock out the others.
 */
export function createAuthGate(authenticate: Authenticate, now: () => number): TokenGate {
  const guesses = new Map<string, Guesses>();
  const known = new Map<string, number>();

  function isStranger(peer: string): boolean {
    return peer !== "" && !isLoopback(peer) && (known.get(peer) ?? -Infinity) < now() - KNOWN_MS;
  }

  function welcome(peer: string): void {
    if (guesses.size > 0) guesses.delete(peer);
    if ((known.get(peer) ?? -Infinity) > now() - KNOWN_MS / 60) return;
    if (known.size > MOST_ADDRESSES) known.clear();
    known.set(peer, now());
  }

  function refuse(peer: string, guessed: boolean): Failure {
    if (!guessed) {
      return unauthorized("Give the proxy's key: Authorization: Bearer <PROXY_API_KEY>");
    }
    const entry = guesses.get(peer) ?? { count: 0, until: 0 };
    entry.count++;
    if (entry.count > FREE_GUESSES) {
      entry.until = now() + Math.min(LONGEST_LOCK_MS, 1000 * 2 ** (entry.count - FREE_GUESSES));
    }
    if (guesses.size > MOST_ADDRESSES) guesses.clear();
    guesses.set(peer, entry);
    return unauthorized("The proxy's key is wrong: it is PROXY_API_KEY, or a client token made for you");
  }

  return {
    check(request, target, peer) {
      const until = guesses.get(peer)?.until ?? 0;
      const waits = until > 0 && until > now();
      if (waits && isStranger(peer)) return err(slowDown(until));
      const tokens = tokensOf(request, target);
      // One valid token is enough: agents leave an old one in another header.
      for (const token of tokens) {
        const client = authenticate(token);
        if (client === undefined) continue;
        welcome(peer);
        return ok(client);
      }
      if (waits) return err(slowDown(until));
      return err(refuse(peer, tokens.length > 0));
    },
  };
}

function unauthorized(message: string): Failure {
  return {
    class: "invalid_request",
    status: 401,
    code: "invalid_api_key",
    message,
    scope: "request",
  };
}

function slowDown(until: number): Failure {
  return {
    class: "invalid_request",
    status: 429,
    code: "too_many_attempts",
    message: "Too many wrong keys from this address: wait before trying again",
    until,
    scope: "request",
  };
}
