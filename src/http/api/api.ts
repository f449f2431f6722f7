import { Hono } from "hono";
import type { Admin, ClientIdentity } from "../../admin/mod.ts";
import type { Failure } from "../../core/mod.ts";
import type { LedgerRoom } from "../../ledger/mod.ts";
import type { ApiPorts } from "./api_ports.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpointsWith } from "./endpoints.ts";
import { failureResponse, managementError, problemResponse } from "./management_error.ts";
import { readInput } from "./read_input.ts";

export type Authorized =
  | { readonly ok: true; readonly client: ClientIdentity }
  | { readonly ok: false; readonly failure: Failure };

export interface ApiOptions extends Partial<ApiPorts> {
  readonly admin: Admin;
  readonly ledger: LedgerRoom;
  /** Who sends a request: a token, or the dashboard's session. */
  readonly auth: (request: Request) => Authorized | Promise<Authorized>;
  readonly now?: () => number;
  /** Endpoints that another room brings, served and documented like its own. */
  readonly further?: readonly Endpoint[];
}

/** The management API under /api, and /metrics. Mount it at the root. */
export function createApi(options: ApiOptions): Hono {
  const app = new Hono();
  const all = endpointsWith(options.further ?? []);
  const byPath = Map.groupBy(all, (endpoint) => endpoint.path);
  for (const endpoint of all) {
    app.on(
      endpoint.method.toUpperCase(),
      honoPath(endpoint.path),
      (context) => serve(endpoint, options, context.req.raw, context.req.param() as Record<string, string>),
    );
  }
  for (const [path, endpoints] of byPath) {
    const allow = allowed(endpoints);
    app.all(honoPath(path), () => methodNotAllowed(allow));
  }
  app.all("/api/*", () => notFound());
  app.onError((error) => {
    options.ledger.log("error", "server", `The management API failed: ${error.message}`);
    return managementError({ status: 500, code: "internal", message: "The server failed: see its log" });
  });
  return app;
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

async function serve(
  endpoint: Endpoint,
  options: ApiOptions,
  request: Request,
  params: Record<string, string>,
): Promise<Response> {
  const authorized = await authorize(endpoint, options, request);
  if (!authorized.ok) return authorized.response;
  const url = new URL(request.url);
  const input = await readInput(endpoint, request, url, params);
  if (!input.ok) return managementError(input.error);
  const { expected, ...parsed } = input.value;
  const context = {
    ...options,
    maxBodyBytes: options.maxBodyBytes ?? 100 * 1024 * 1024,
    request,
    client: authorized.client,
    expected,
  };
  // The schemas of this very endpoint made `parsed`.
  const answer = await endpoint.handle(context, parsed as Parameters<Endpoint["handle"]>[1]);
  if (answer instanceof Response) {
    // The router drops the body of an answer to HEAD; one that streams must be told so, or it waits for ever.
    if (request.method === "HEAD") await answer.body?.cancel();
    return answer;
  }
  return answer.ok ? jsonReply(answer.value) : problemResponse(answer.error);
}

type Access =
  | { readonly ok: true; readonly client: ClientIdentity | undefined }
  | { readonly ok: false; readonly response: Response };

async function authorize(endpoint: Endpoint, options: ApiOptions, request: Request): Promise<Access> {
  const open = endpoint.access === "open";
  const carriesNothing = !["authorization", "x-api-key", "x-goog-api-key", "cookie"]
    .some((name) => request.headers.has(name));
  if (open && carriesNothing) return { ok: true, client: undefined };
  const authorized = await options.auth(request);
  if (!authorized.ok) {
    if (open) return { ok: true, client: undefined };
    return { ok: false, response: failureResponse(authorized.failure, (options.now ?? Date.now)()) };
  }
  if (authorized.client.owner || endpoint.access !== undefined) {
    return { ok: true, client: authorized.client };
  }
  const message = "Only the owner's token may manage the proxy: this is a client's token";
  return { ok: false, response: managementError({ status: 403, code: "forbidden", message }) };
}

function jsonReply(value: unknown): Response {
  const headers: Record<string, string> = { "cache-control": "no-store" };
  if (
    typeof value === "object" && value !== null && "updatedAt" in value && typeof value.updatedAt === "number"
  ) {
    headers["etag"] = `"${value.updatedAt}"`;
  }
  return Response.json(value ?? null, { headers });
}

function allowed(endpoints: readonly Endpoint[]): string {
  const methods = endpoints.map((endpoint) => endpoint.method.toUpperCase());
  return [...new Set(methods.includes("GET") ? [...methods, "HEAD"] : methods)].join(", ");
}

function methodNotAllowed(allow: string): Response {
  const message = `This path takes ${allow} only`;
  return managementError({ status: 405, code: "method_not_allowed", message }, { allow });
}

function notFound(): Response {
  const message = "There is no such path: see /api/docs";
  return managementError({ status: 404, code: "not_found", message });
}
