/**
 * The client APIs over HTTP: which path is which dialect, who may call, and how a failure before any dialect's own code is
 * said in that dialect's shape. Holds no translation and no pool logic; closed by default.
 *
 * @module
 */
import { Hono } from "hono";
import { callerFault, type Failure, redact, type Result, toldFault } from "../../core/mod.ts";
import {
  anthropicCount,
  anthropicMessages,
  type AnyDialect,
  openaiChat,
  openaiEmbeddings,
  openaiResponses,
  responsesInputTokens,
} from "../../dialects/mod.ts";
import type { AuthGate } from "../auth.ts";
import { watchClient } from "../../relay/mod.ts";
import { serveDialect } from "./dialect_route.ts";
import { refuse } from "./failure_response.ts";
import { listModels, modelDialect, oneModel } from "./models_route.ts";
import { parseNativePath } from "./native_path.ts";
import { refuseNative, serveNative } from "./native_route.ts";
import type { Arrival, ProxyDeps } from "./proxy_deps.ts";
import { serveResource } from "./resource_route.ts";
import { serveStored } from "./stored_route.ts";
import { tellRefusal } from "./tell_refusal.ts";

export type { ProxyDeps, ResourceOwners } from "./proxy_deps.ts";
export { type BodyKeeper, createBodyKeeper } from "./body_keeper.ts";
export { createResourceOwners } from "./resource_owners.ts";

/** What the server tells of a connection. */
export interface PeerInfo {
  /** The peer's address; empty when there is no socket. */
  readonly peer: string;
}

export interface ProxyAppOptions {
  readonly deps: ProxyDeps;
  readonly auth: AuthGate;
  /** Refuses foreign hosts and origins. */
  readonly guard: (request: Request, url: URL) => Result<void, Failure>;
}

/** Only Anthropic's clients call these, also where there is no route. */
const MESSAGES_PATH = /^\/v1(?:\/v1)?\/messages(?:\/|$)/;

type Serve = (arrival: Arrival) => Promise<Response> | Response;
/** Says a failure in the shape that the client of a path reads. */
type Say = (arrival: Arrival, failure: Failure) => Response;

/** The routes of all client APIs. */
export function createProxyApp(options: ProxyAppOptions): Hono<{ Bindings: PeerInfo }> {
  const { deps } = options;
  const handle = createHandler(options);
  const app = new Hono<{ Bindings: PeerInfo }>();

  const sayIn = (dialect: AnyDialect): Say => (arrival, failure) => {
    tellRefusal(deps, arrival, failure);
    return refuse({ dialect, arrival, now: deps.ports.clock.now() }, failure);
  };
  const sayNative: Say = (arrival, failure) => refuseNative(deps, arrival, { failure });
  const sayAsAsked: Say = (arrival, failure) => {
    const asked = MESSAGES_PATH.test(arrival.url.pathname) ? "anthropic" : modelDialect(arrival);
    return (asked === "gemini" ? sayNative : sayIn(asked === "anthropic" ? anthropicMessages : openaiChat))(
      arrival,
      failure,
    );
  };

  const dialectPost = (path: string, dialect: AnyDialect) => {
    for (const prefix of ["", "/v1"]) {
      app.post(
        prefix + path,
        (c) => handle(c.req.raw, c.env, sayIn(dialect), (arrival) => serveDialect(deps, dialect, arrival)),
      );
    }
  };
  dialectPost("/v1/chat/completions", openaiChat);
  dialectPost("/v1/responses", openaiResponses);
  dialectPost("/v1/responses/input_tokens", responsesInputTokens);
  dialectPost("/v1/embeddings", openaiEmbeddings);
  dialectPost("/v1/messages", anthropicMessages);
  dialectPost("/v1/messages/count_tokens", anthropicCount);

  app.on(
    ["GET", "DELETE"],
    "/v1/responses/:id",
    (c) =>
      handle(
        c.req.raw,
        c.env,
        sayIn(openaiResponses),
        (arrival) => serveStored(deps, openaiResponses, arrival, c.req.param("id")),
      ),
  );
  // Claude Code asks this with HEAD before its first request; HEAD is routed as GET.
  app.get("/api/hello", () => new Response(null, { status: 200 }));

  for (const path of ["/v1/models", "/v1/v1/models", "/v1beta/models"]) {
    app.get(path, (c) => handle(c.req.raw, c.env, sayAsAsked, (arrival) => listModels(deps, arrival)));
    app.get(`${path}/:name{.+}`, (c) =>
      handle(c.req.raw, c.env, sayAsAsked, (arrival) => {
        const name = c.req.param("name");
        return oneModel(deps, arrival, name) ?? sayAsAsked(arrival, unknownModel(name));
      }));
  }
  for (const version of ["/v1", "/v1beta"]) {
    for (const path of ["/files", "/files/*", "/cachedContents", "/cachedContents/*"]) {
      app.all(
        version + path,
        (c) => handle(c.req.raw, c.env, sayNative, (arrival) => serveResource(deps, arrival)),
      );
    }
    app.all(
      `/upload${version}/files`,
      (c) => handle(c.req.raw, c.env, sayNative, (arrival) => serveResource(deps, arrival)),
    );
    app.post(`${version}/models/*`, (c) =>
      handle(c.req.raw, c.env, sayNative, (arrival) => {
        const path = parseNativePath(arrival.url.pathname);
        return path === undefined
          ? sayNative(arrival, unknownRoute(arrival))
          : serveNative(deps, arrival, path);
      }));
  }
  app.notFound((c) =>
    handle(c.req.raw, c.env, sayAsAsked, (arrival) => sayAsAsked(arrival, unknownRoute(arrival)))
  );
  return app;
}

/** Lets a request through to its route when path, origin and token are good, and says every failure as its client reads it. */
function createHandler({ deps, auth, guard }: ProxyAppOptions) {
  return async (request: Request, env: PeerInfo | undefined, say: Say, serve: Serve): Promise<Response> => {
    const url = new URL(request.url);
    const arrival = arrivalOf(deps, request, url);
    if (!isPlainPath(request.url, url.pathname)) return say(arrival, unknownRoute(arrival));
    const refused = guard(request, url);
    if (!refused.ok) return say(arrival, refused.error);
    const client = auth.check(request, url, env?.peer ?? "");
    if (!client.ok) return say(arrival, client.error);
    try {
      arrival.client = client.value;
      return await (deps.bodies === undefined ? serve(arrival) : deps.bodies.serve(arrival, serve));
    } catch (cause) {
      return say(arrival, internal(deps, arrival, cause));
    }
  };
}

/** Routes go by the path as it was written; one that URL resolves to another (dot segments) would be sent on as that. */
function isPlainPath(written: string, pathname: string): boolean {
  return written.startsWith(pathname, written.indexOf("/", written.indexOf("//") + 2));
}

/** An arrival whose client is known as soon as its token has been checked. */
type NewArrival = Arrival & { client: Arrival["client"] };

function arrivalOf(deps: ProxyDeps, request: Request, url: URL): NewArrival {
  return {
    request,
    url,
    requestId: deps.ports.newId("req_"),
    at: deps.ports.clock.now(),
    client: NOBODY,
    watch: watchClient(() => request.signal),
  };
}

/** Stands in the arrival until the token has been checked; no route sees it. */
const NOBODY: Arrival["client"] = { id: "" as Arrival["client"]["id"], name: "", owner: false };

function unknownModel(name: string): Failure {
  return callerFault(
    `The model ${printable(name)} is not known to this proxy: GET /v1/models lists those that are`,
    {
      status: 404,
      code: "model_not_found",
      param: "model",
    },
  );
}

function unknownRoute({ request, url }: Arrival): Failure {
  return callerFault(`There is no route ${request.method} ${printable(url.pathname)}`, {
    status: 404,
    code: "unknown_url",
  });
}

function printable(text: string): string {
  return redact(text).replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
}

/** A fault of our own: said without detail, logged with it. */
function internal(deps: ProxyDeps, arrival: Arrival, cause: unknown): Failure {
  deps.ledger.log("error", "request", "A request failed inside the proxy", {
    request: arrival.requestId,
    path: arrival.url.pathname,
    error: toldFault(cause),
  });
  return {
    class: "unknown",
    status: 500,
    code: "internal_error",
    message: `The proxy failed on this request; its log has the reason under ${arrival.requestId}`,
    scope: "request",
  };
}
