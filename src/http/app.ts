import type { Hono } from "hono";
import { addressOf } from "./address.ts";
import type { PeerInfo } from "./proxy/mod.ts";

type Part = Pick<Hono<{ Bindings: PeerInfo }>, "fetch">;

/** Parts of the server; each answers everything below its own paths. */
export interface AppParts {
  /** Every path of the client APIs (see `addressOf`). */
  readonly proxy: Part;
  /** `/api`, `/metrics` and `/oauth-callback`. */
  readonly api: Part;
  /** All the rest. */
  readonly dashboard?: Part;
}

/**
 * Hands each request to the part that its path belongs to. A router that holds them all would find the catch-all routes of the
 * others beside the one that is meant, and run the two as a chain: a tenth of what a call costs here (measured).
 */
export function createApp({ proxy, api, dashboard }: AppParts): Part {
  const elsewhere = dashboard ?? { fetch: nowhere };
  return {
    fetch(request, env) {
      const { part, path, good } = addressOf(request.url);
      if (part === "proxy") return proxy.fetch(request, env);
      if (!good) return nowhere(request);
      if (part === "api") return api.fetch(atPath(request, path), env);
      return inPages(elsewhere, request, path, env);
    },
  };
}

/** Pages stand at paths without a slash at the end. Who reads no pages is told in JSON that there is none. */
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
  const message = `There is no route ${request.method} ${path}`;
  return Response.json(
    { error: { message, type: "invalid_request_error", code: "unknown_url", param: null } },
    { status: 404 },
  );
}
