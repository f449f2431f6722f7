import type { Hono } from "hono";
import { type Failure, invalidRequest } from "../core/mod.ts";
import { addressOf } from "./address.ts";
import { BOUNDS } from "./bounds.ts";
import type { PeerInfo, ProxyApp } from "./proxy/mod.ts";

type Part = Pick<Hono<{ Bindings: PeerInfo }>, "fetch">;

/** Rethrows: Hono's own answer to a fault would print it unredacted, with addresses and their content. */
export function passFault(error: Error): never {
  throw error;
}

/** Parts of the server; each answers everything below its own paths. */
export interface AppParts {
  /** Every path of the client APIs (see `addressOf`). */
  readonly proxy: ProxyApp;
  /** `/api`, `/metrics` and `/oauth-callback`. */
  readonly api: Part;
  /** All the rest. */
  readonly dashboard?: Part;
  /** Called with a fault of our own that none of the parts handled. */
  readonly onFault: (cause: unknown) => void;
}

/** The whole server as one function, which always answers. */
export interface App {
  readonly fetch: (request: Request, env?: PeerInfo) => Promise<Response>;
}

/**
 * Hands each request to the part that its path belongs to. A single router would also match the catch-all routes
 * of the other parts and run both as a chain: a tenth of the cost of a call (measured).
 */
export function createApp({ proxy, api, dashboard, onFault }: AppParts): App {
  const elsewhere = dashboard ?? { fetch: nowhere };
  const entry = new Entry();
  const answer = (request: Request, env?: PeerInfo): Promise<Response> | Response => {
    const refusal = entry.refusal(request);
    if (refusal !== undefined) return refused(refusal);
    const address = addressOf(request.url);
    const { part, path, good } = address;
    if (part === "proxy") return proxy.fetch(request, env, address);
    if (!good) return nowhere(request);
    if (part === "api") return api.fetch(atPath(request, path), env);
    return inPages(elsewhere, request, path, env);
  };
  return {
    async fetch(request, env) {
      try {
        return await answer(request, env);
      } catch (cause) {
        onFault(cause);
        return refused(OUR_FAULT);
      }
    },
  };
}

const OUR_FAULT = {
  status: 500,
  code: "internal_error",
  message: "The proxy failed: its log has the reason",
};

/** Serves pages at paths without a trailing slash. A client that does not accept HTML gets JSON for a missing page. */
async function inPages(
  pages: Part,
  request: Request,
  path: string,
  env?: PeerInfo | object,
): Promise<Response> {
  const moved = atPath(request, path);
  if (moved !== request && (request.method === "GET" || request.method === "HEAD")) {
    const { search } = new URL(request.url);
    return new Response(null, { status: 308, headers: { location: path + search } });
  }
  const response = await pages.fetch(moved, env);
  if (response.status !== 404 || (request.headers.get("accept") ?? "").includes("text/html")) return response;
  if (!(response.headers.get("content-type") ?? "").startsWith("text/html")) return response;
  await response.body?.cancel();
  return nowhere(request);
}

/** The request under the one spelling of its path. */
function atPath(request: Request, path: string): Request {
  const url = new URL(request.url);
  if (url.pathname === path) return request;
  url.pathname = path;
  return new Request(url, request);
}

function nowhere(request: Request): Response {
  const path = addressOf(request.url).path.replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
  return refused({
    status: 404,
    code: "unknown_url",
    message: `There is no route ${request.method} ${path}`,
  });
}

/** A refusal before the dialect is known, in a shape that clients of all dialects can read. */
function refused({ status, code, message }: Pick<Failure, "status" | "code" | "message">): Response {
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  return Response.json({ type: "error", error: { message, type, code, param: null } }, { status });
}

/** Hosts that a Host header may name: those that a URL can hold. */
const HOST_REGEXP = /^[\w.:[\]-]{1,255}$/;

/**
 * Checks every request first: a target that contradicts Host, is not an address or is too long is refused before
 * anything could echo it. `addressOf` interprets its path.
 */
class Entry {
  /** The address of a good request up to its path, and its Host: clients always send the same. */
  #known = "";
  #host: string | undefined;

  /** Returns why a request is refused; undefined when it is not. */
  refusal(request: Request): Failure | undefined {
    const { url } = request;
    const host = request.headers.get("host") ?? "";
    if (host !== this.#host || !url.startsWith(this.#known)) {
      if (!isAddress(url, host)) return badAddress();
      this.#host = host;
      this.#known = url.slice(0, pathStart(url) + 1);
    }
    const start = this.#known.length - 1;
    if (url.length - start <= BOUNDS.pathChars) return undefined;
    const query = url.indexOf("?", start);
    const end = query < 0 ? url.length : query;
    if (end - start > BOUNDS.pathChars) return tooLong("path", BOUNDS.pathChars);
    return url.length - end > BOUNDS.queryChars ? tooLong("query", BOUNDS.queryChars) : undefined;
  }
}

/** The index at which the path begins in an address. */
function pathStart(url: string): number {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  return start < 0 ? url.length : start;
}

/** True when the target names the very host that Host does, and nothing but a host. */
function isAddress(url: string, host: string): boolean {
  const start = pathStart(url);
  // Without a Host (HTTP/1.0) the platform puts in the address that it listens at.
  const named = url.slice(url.indexOf("//") + 2, start);
  return url.startsWith("http") && start < url.length && HOST_REGEXP.test(named) &&
    (host === "" || host === named) && URL.canParse(url);
}

function badAddress(): Failure {
  return invalidRequest("The request's address or its Host header is not one that this server can have", {
    code: "invalid_address",
  });
}

function tooLong(part: string, most: number): Failure {
  return invalidRequest(`The request's ${part} is longer than ${most} characters`, {
    status: 414,
    code: "address_too_long",
  });
}
