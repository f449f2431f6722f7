import { isLoopback } from "../config/mod.ts";
import { err, type Failure, ok, type Result } from "../core/mod.ts";
import type { RequestTarget } from "./request_target.ts";

/** Names under which a container reaches its host; DNS rebinding cannot use them. */
const CONTAINER_NAMES = ["host.docker.internal", "host.containers.internal"];

export interface GuardOptions {
  readonly cors?: Pick<Cors, "allows">;
  /** Addresses of fronts. */
  readonly publicUrls?: readonly string[];
  /** Called with each refusal, for the log. */
  readonly onRefused?: (message: string) => void;
}

/** Returns why a request is refused because of its host or origin; undefined when it is not. */
export type RequestGuard = (request: Request, target: RequestTarget) => Result<void, Failure>;

/**
 * Refuses what a web page could send behind the user's back: a foreign Host (DNS rebinding) while the proxy listens on
 * loopback, and a foreign web Origin (unless CORS_ORIGINS names it) or a foreign page's embedding at any time. Programs send no Origin; editors send one that is not http.
 */
export function createRequestGuard(
  host: string,
  { cors, publicUrls = [], onRefused = () => {} }: GuardOptions = {},
): RequestGuard {
  const names = [host, ...CONTAINER_NAMES, ...publicUrls.map((url) => new URL(url).hostname)];
  const origins = new Set(publicUrls.map((url) => new URL(url).origin));
  const refuse = (message: string) => {
    onRefused(message);
    return err(refusal(message));
  };
  const loopback = isLoopback(host);
  /** Clients use one or two host names: the last good one is not checked again. */
  let lastHost: string | undefined;
  const isOurs = (request: Request): boolean => {
    const named = request.headers.get("host");
    if (named !== null && named === lastHost) return true;
    if (!isTrustedHost(request, names)) return false;
    lastHost = named ?? undefined;
    return true;
  };
  return (request, target) => {
    if (loopback && !isOurs(request)) return refuse(unknownHost(request));
    if (isForeignFetch(request)) return refuse("Web pages of other sites may not call this proxy");
    const origin = request.headers.get("origin");
    if (cors?.allows(origin) === true) return ok(undefined);
    if (origin === null || !/^(https?:|null$)/i.test(origin) || origin === target.url.origin) {
      return ok(undefined);
    }
    if (origins.has(origin)) return ok(undefined);
    return refuse(unknownOrigin(origin));
  };
}

/**
 * A picture, script or frame of another site's page: browsers send no Origin with those. Following a link does
 * not count.
 */
function isForeignFetch({ headers }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== "cross-site" && site !== "same-site") return false;
  return headers.get("sec-fetch-mode") === "no-cors" ||
    (headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") !== "document");
}

function refusal(message: string): Failure {
  return {
    class: "invalid_request",
    status: 403,
    code: "forbidden_origin",
    message,
    scope: "request",
  };
}

/** Origins that may call from a browser or a desktop app's pages (CORS_ORIGINS). Closed unless the owner names some. */
export interface Cors {
  allows(origin: string | null): origin is string;
  /** The answer to a preflight of an allowed origin; undefined for any other request. */
  preflight(request: Request): Response | undefined;
  /** The same reply, readable by the page that asked. */
  open(request: Request, response: Response): Response;
}

const METHODS = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS";
const LONGEST_HEADERS = 2000;
const PREFLIGHT_SECONDS = "600";

/** Patterns are exact origins; a `*` stands for a port, for the first label of a host, or for the rest of an editor's own scheme. */
export function createCors(patterns: readonly string[]): Cors {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const wide = patterns.filter((pattern) => pattern.includes("*")).map((pattern) => pattern.split("*"));
  const allows = (origin: string | null): origin is string => {
    if (origin === null || origin.length > 300) return false;
    const name = origin.toLowerCase();
    return exact.has(name) ||
      wide.some(([before = "", after = ""]) =>
        name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after) &&
        isOneWord(name.slice(before.length, name.length - after.length))
      );
  };
  return {
    allows,
    preflight(request) {
      if (request.method !== "OPTIONS") return undefined;
      const { headers } = request;
      const origin = headers.get("origin");
      if (!headers.has("access-control-request-method") || !allows(origin)) return undefined;
      const asked = headers.get("access-control-request-headers") ?? "";
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-origin": origin,
          "access-control-allow-methods": METHODS,
          "access-control-max-age": PREFLIGHT_SECONDS,
          vary: "Origin, Access-Control-Request-Headers",
          ...(asked.length <= LONGEST_HEADERS && /^[\w\s,-]+$/.test(asked)
            ? { "access-control-allow-headers": asked }
            : {}),
          ...(headers.get("access-control-request-private-network") === "true"
            ? { "access-control-allow-private-network": "true" }
            : {}),
        },
      });
    },
    open(request, response) {
      if (wide.length === 0 && exact.size === 0) return response;
      const origin = request.headers.get("origin");
      if (!allows(origin) || response.status === 101) return response;
      response.headers.set("access-control-allow-origin", origin);
      response.headers.set("access-control-expose-headers", "*");
      response.headers.append("vary", "Origin");
      return response;
    },
  };
}

function isOneWord(text: string): boolean {
  return /^[a-z0-9_-]+$/.test(text);
}

/** `[::1]:7536` -> `[::1]`, `localhost:7536` -> `localhost`. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
}

/**
 * True for names that DNS rebinding cannot use: addresses, localhost and the names that the owner configured. A page of
 * another site whose name suddenly points here still sends its own name in Host.
 */
export function isTrustedHost(request: Request, names: readonly string[]): boolean {
  const name = hostName(request.headers.get("host") ?? new URL(request.url).host);
  return isAddress(name) || name === "localhost" || name.endsWith(".localhost") ||
    names.some((allowed) => allowed.toLowerCase() === name);
}

/** The message for a request to an unknown host name; the name is truncated. */
export function unknownHost(request: Request): string {
  const host = (request.headers.get("host") ?? new URL(request.url).host).replace(/[^\w.:[\]-]/g, "").slice(
    0,
    255,
  );
  return `This host name does not belong to the proxy: ${host}. If a reverse proxy or a network of yours leads here by it, ` +
    `set PUBLIC_URLS=https://${host} (or http://, and with the path where there is one) and start again`;
}

/** The message for a page of a foreign origin. */
export function unknownOrigin(origin: string): string {
  const named = origin.replace(/[^\w.:/[\]-]/g, "").slice(0, 255);
  return `Pages of ${named} may not call this proxy. If it is shown under that address, set PUBLIC_URLS=${named}`;
}

/**
 * True when a request comes from a page of this very origin, by Sec-Fetch-Site and Origin. A request that changes
 * nothing may also come from the address bar; one that changes something must prove its origin.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const readOnly = request.method === "GET" || request.method === "HEAD";
  if (site !== null && site !== "same-origin" && !(readOnly && site === "none")) return false;
  if (origin === null) return readOnly || site === "same-origin";
  return URL.canParse(origin) &&
    new URL(origin).host === (request.headers.get("host") ?? new URL(request.url).host);
}
