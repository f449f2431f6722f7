import { Hono } from "hono";
import { z } from "zod";
import type { Admin, ClientIdentity, Outcome } from "../admin/mod.ts";
import { type Failure, storageProblem } from "../core/mod.ts";
import type { LedgerService } from "../ledger/mod.ts";
import type { ApiContext, ApiPorts } from "./handlers/handler.ts";
import { handlers } from "./handlers/mod.ts";
import { failureResponse, managementError } from "./management_error.ts";
import { PATHS, type RouteName } from "./paths.ts";
import { readInput } from "./read_input.ts";
import type { AnyRoute } from "./route.ts";
import { routes } from "./routes.ts";

export type Authorized =
  | { readonly ok: true; readonly client: ClientIdentity }
  | { readonly ok: false; readonly failure: Failure };

export interface ApiOptions extends ApiPorts {
  readonly admin: Admin;
  readonly ledger: LedgerService;
  /** The sender of a request: a token, or the dashboard's session. */
  readonly auth: (request: Request) => Authorized | Promise<Authorized>;
  readonly now?: () => number;
  /** Checks replies against the contract as well: for tests. */
  readonly strict?: boolean;
}

/** A handler of any types: its input was checked by its route. */
export type AnyHandler = (context: ApiContext, input: unknown) => Promise<Outcome<unknown> | Response>;

/** A route with its handler. */
export interface ServedRoute {
  readonly route: AnyRoute;
  readonly handle: AnyHandler;
}

/** Every route with its handler, in the order in which paths are matched. */
export function everyRoute(): readonly ServedRoute[] {
  const names = Object.keys(PATHS) as RouteName[];
  return names.map((name) => ({ route: routes[name], handle: handlers[name] as unknown as AnyHandler }));
}

/** The management API under /api, and /metrics. Mount it at the root. */
export function createApi(options: ApiOptions): Hono {
  const app = new Hono();
  const all = everyRoute();
  for (const served of all) {
    app.on(
      served.route.method.toUpperCase(),
      honoPath(served.route.path),
      (context) => serve(served, options, context.req.raw, context.req.param() as Record<string, string>),
    );
  }
  for (const [path, served] of Map.groupBy(all, ({ route }) => route.path)) {
    const allow = allowed(served.map(({ route }) => route));
    app.all(honoPath(path), () => methodNotAllowed(allow));
  }
  app.all("/api/*", () => notFound());
  app.onError((error) => {
    const storage = storageProblem(error);
    if (storage !== undefined) options.ledger.storageFailed(error);
    options.ledger.log("error", "server", `The management API failed: ${error.message}`);
    if (storage !== undefined) return managementError({ status: 507, ...storage });
    return managementError({ status: 500, code: "internal", message: "The server failed: see its log" });
  });
  return app;
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

async function serve(
  { route, handle }: ServedRoute,
  options: ApiOptions,
  request: Request,
  params: Record<string, string>,
): Promise<Response> {
  const authorized = await authorize(route, options, request);
  if (!authorized.ok) return authorized.response;
  const input = await readInput(route, request, new URL(request.url), params);
  if (!input.ok) return managementError(input.error);
  const { expected, ...parsed } = input.value;
  const answer = await handle({ ...options, request, client: authorized.client, expected }, parsed);
  if (answer instanceof Response) {
    // The router drops the body of an answer to HEAD; a streamed one must be cancelled, or it waits forever.
    if (request.method === "HEAD") await answer.body?.cancel();
    return answer;
  }
  if (!answer.ok) return managementError(answer.error);
  const sent = wireOf(route, answer.value);
  if (options.strict === true) mustFit(route, answer.value, sent);
  return jsonReply(sent ?? answer.value, answer.value);
}

/** A reply as it is sent: times as ISO 8601. Undefined when it does not match its schema. */
export function wireOf({ reply }: AnyRoute, value: unknown): unknown {
  const sent = z.safeEncode(reply, value ?? null);
  return sent.success ? sent.data : undefined;
}

/** Throws when a reply does not match the contract. */
function mustFit({ id, reply }: AnyRoute, value: unknown, sent: unknown): void {
  const problem = sent === undefined
    ? z.safeEncode(reply, value ?? null).error?.message
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    : unknownField(JSON.parse(JSON.stringify(value ?? null)), sent, "");
  if (problem !== undefined) throw new Error(`The reply of ${id} is not what its schema says: ${problem}`);
}

/** The first field that is not in the schema. */
function unknownField(given: unknown, taken: unknown, at: string): string | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  for (const [name, value] of Object.entries(given)) {
    const inner: unknown = (taken as Record<string, unknown> | undefined)?.[name];
    if (inner === undefined) return `${at}.${name} is in no schema`;
    const problem = unknownField(value, inner, `${at}.${name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

type Access =
  | { readonly ok: true; readonly client: ClientIdentity | undefined }
  | { readonly ok: false; readonly response: Response };

async function authorize(route: AnyRoute, options: ApiOptions, request: Request): Promise<Access> {
  const open = route.access === "open";
  const carriesNothing = !["authorization", "x-api-key", "x-goog-api-key", "cookie"]
    .some((name) => request.headers.has(name));
  if (open && carriesNothing) return { ok: true, client: undefined };
  const authorized = await options.auth(request);
  if (!authorized.ok) {
    if (open) return { ok: true, client: undefined };
    return { ok: false, response: failureResponse(authorized.failure, (options.now ?? Date.now)()) };
  }
  if (authorized.client.owner || route.access !== undefined) {
    return { ok: true, client: authorized.client };
  }
  const message = "Only the owner's token may manage the proxy: this is a client's token";
  return { ok: false, response: managementError({ status: 403, code: "forbidden", message }) };
}

function jsonReply(sent: unknown, value: unknown): Response {
  const headers: Record<string, string> = { "cache-control": "no-store" };
  if (
    typeof value === "object" && value !== null && "updatedAt" in value && typeof value.updatedAt === "number"
  ) {
    headers["etag"] = `"${value.updatedAt}"`;
  }
  const body = new TextEncoder().encode(JSON.stringify(sent ?? null));
  headers["content-type"] = "application/json";
  headers["content-length"] = String(body.byteLength);
  return new Response(body, { headers });
}

function allowed(some: readonly AnyRoute[]): string {
  const methods = some.map((route) => route.method.toUpperCase());
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
