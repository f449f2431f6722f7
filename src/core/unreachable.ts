import type { Fetch } from "./ports.ts";
import { redact } from "./secret.ts";

/** Why a host could not be reached, in words, and what to do about it. */
export interface ReachProblem {
  readonly kind:
    | "name"
    | "certificate"
    | "refused"
    | "proxy_sign_in"
    | "proxy"
    | "no_route"
    | "not_tls"
    | "cut";
  readonly reason: string;
  readonly remedy: string;
}

/** The route of a request. */
export interface Way {
  /** Name and port of the outgoing proxy, where one was on the way. */
  readonly proxy?: string | undefined;
}

const MOST_CAUSES = 5;
const MOST_CHARACTERS = 1_000;

/** Messages of an error and of those that caused it; the platform's fetch names the cause in the second. */
export function causeText(cause: unknown): string {
  const parts: string[] = [];
  for (let one = cause; one !== undefined && one !== null && parts.length < MOST_CAUSES;) {
    parts.push(one instanceof Error ? `${one.name}: ${one.message}` : String(one));
    one = one instanceof Error ? one.cause : undefined;
  }
  return parts.join("; ").slice(0, MOST_CHARACTERS);
}

/** Reads what a failed fetch threw; undefined when it contains nothing useful. */
export function whyUnreachable(cause: unknown, { proxy }: Way = {}): ReachProblem | undefined {
  const text = causeText(cause).toLowerCase();
  const has = (...words: readonly string[]) => words.some((word) => text.includes(word));
  const host = hostIn(text) ?? "its host";
  if (has("proxy authentication required", "407")) return proxySignIn(proxy);
  if (has("proxy server unreachable", "tunnel error", "socks error", "unsuccessful tunnel")) {
    return deadProxy(proxy);
  }
  if (has("invalid peer certificate", "unknownissuer", "certificate", "notvalidforname")) {
    return untrusted(host);
  }
  if (
    has("dns error", "failed to lookup", "name or service not known", "no such host", "nodename nor servname")
  ) {
    return proxy === undefined ? unknownName(host) : deadProxy(proxy, "its name is unknown");
  }
  if (has("connection refused", "os error 111", "os error 61", "os error 10061", "actively refused")) {
    return proxy === undefined ? refused(host) : deadProxy(proxy, "it refuses connections");
  }
  if (has("network is unreachable", "no route to host", "os error 101", "os error 113", "os error 10065")) {
    return {
      kind: "no_route",
      reason: `there is no way from this machine to ${proxy ?? host}`,
      remedy: "Check the network, the VPN and the firewall",
    };
  }
  if (has("corrupt message", "wrong version number", "invalid contenttype")) {
    return {
      kind: "not_tls",
      reason: `${host} answers, but not with TLS`,
      remedy:
        "Something else listens there: check the URL setting, and sign in where the network shows a log-in page",
    };
  }
  return undefined;
}

/** The problem of an outgoing proxy that requires authentication, from a reply or an error. */
export function proxySignIn(proxy: string | undefined): ReachProblem {
  return {
    kind: "proxy_sign_in",
    reason: `the outgoing proxy${named(proxy)} asks for a sign-in (407)`,
    remedy: "Put user and password into the proxy setting: HTTPS_PROXY=http://user:password@host:port",
  };
}

function deadProxy(proxy: string | undefined, why = "it does not answer"): ReachProblem {
  return {
    kind: "proxy",
    reason: `the outgoing proxy${named(proxy)} cannot be used: ${why}`,
    remedy: "Check HTTPS_PROXY, HTTP_PROXY and the proxy of the key, and that the proxy runs",
  };
}

function untrusted(host: string): ReachProblem {
  return {
    kind: "certificate",
    reason:
      `the certificate of ${host} is not trusted: something between opens encrypted traffic, such as a company's proxy or a virus scanner`,
    remedy:
      "Set DENO_CERT to the PEM file of its authority, or DENO_TLS_CA_STORE=system where the system trusts it, and start again",
  };
}

function unknownName(host: string): ReachProblem {
  return {
    kind: "name",
    reason: `the name ${host} cannot be resolved`,
    remedy: "Check this machine's network and DNS; where only a proxy leads out, set HTTPS_PROXY",
  };
}

function refused(host: string): ReachProblem {
  return {
    kind: "refused",
    reason: `${host} refuses connections`,
    remedy: "Check the URL setting, the firewall, and HTTPS_PROXY where a proxy leads out",
  };
}

function named(proxy: string | undefined): string {
  return proxy === undefined ? "" : ` ${proxy}`;
}

/** The host that the platform's error names. */
function hostIn(text: string): string | undefined {
  const mark = "for url (";
  const from = text.indexOf(mark);
  if (from < 0) return undefined;
  const end = text.indexOf(")", from);
  const url = URL.parse(text.slice(from + mark.length, end < 0 ? undefined : end));
  return url === null ? undefined : url.host;
}

/** A credential's own outbound proxy did not let a request through: the proxy's fault, not Google's. */
export class OwnProxyFault extends Error {
  override readonly name = "OwnProxyFault";

  /** `way` is the proxy's host and port. */
  constructor(readonly way: string, override readonly cause: unknown) {
    super(`The proxy ${way} does not let requests through`, { cause });
  }
}

/** A fetch whose failures are reported as those of its proxy. */
export function throughProxy(fetch: Fetch, proxy: string): Fetch {
  const way = URL.parse(proxy)?.host ?? "unknown";
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (cause) {
      throw init?.signal?.aborted === true || cause instanceof OwnProxyFault
        ? cause
        : new OwnProxyFault(way, cause);
    }
  };
}

/** Why nothing can be written, and what to do about it. */
export interface StorageProblem {
  readonly code: "disk_full" | "read_only";
  readonly message: string;
}

/** Reads what SQLite or the file system said; undefined for another fault. */
export function storageProblem(error: unknown): StorageProblem | undefined {
  const text = causeText(error).toLowerCase();
  const has = (...words: readonly string[]) => words.some((word) => text.includes(word));
  if (
    has(
      "database or disk is full",
      "no space left",
      "os error 28)",
      "os error 112)",
      "disk quota",
      "os error 122)",
    )
  ) {
    return {
      code: "disk_full",
      message:
        "The disk that holds the data folder is full: nothing was changed. Make room; calls go on meanwhile",
    };
  }
  if (has("readonly database", "read-only file system", "os error 30)")) {
    return {
      code: "read_only",
      message:
        "The data folder or its database is read-only: nothing was changed. Make it writable; calls go on meanwhile",
    };
  }
  return undefined;
}

/** Characters of a fault that are logged; a stack's first lines show its place. */
const MOST_TOLD = 2_000;

/** Describes a fault of our own for a log: name, message and stack without secrets. */
export function describeFault(cause: unknown): string {
  const text = cause instanceof Error
    ? `${cause.name}: ${cause.message}\n${cause.stack ?? ""}`
    : String(cause);
  // Truncated before the search, so that a fault with a whole body in it stays cheap.
  return redact(text.slice(0, 2 * MOST_TOLD)).slice(0, MOST_TOLD);
}
