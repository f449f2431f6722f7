/**
 * The client APIs over HTTP: which path is which dialect, who may call, and how a failure before any dialect's own code is
 * said in that dialect's shape. Holds no translation and no pool logic; closed by default.
 *
 * @module
 */
import { Hono } from "hono";
import type { Failure, Result } from "../../core/mod.ts";
import { anthropicMessages, openaiChat } from "../../dialects/mod.ts";
import { clientGone, ownFault, watchClient } from "../../relay/mod.ts";
import { addressOf } from "../address.ts";
import { passFault } from "../app.ts";
import type { AuthGate } from "../auth.ts";
import type { Cors } from "../cors.ts";
import { askedDialect } from "./asked_dialect.ts";
import { refuse } from "./failure_response.ts";
import { refuseNative } from "./native_route.ts";
import { BytesGate, LeftWhileWaiting } from "./bytes_gate.ts";
import { keptAlive } from "./keep_alive.ts";
import { KeptRouter } from "./kept_router.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { uploaderOf } from "./resources/mod.ts";
import { type ProxyRoute, type RouteDialect, ROUTES, serveOther, unknownRoute } from "./routes.ts";
import { tellRefusal } from "./tell_refusal.ts";

export type { ProxyDeps } from "./proxy_deps.ts";
export { type BodyRecorder, createBodyRecorder } from "./body_recorder.ts";
export { createResources } from "./resources/mod.ts";

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
  readonly cors: Cors;
}

type Bindings = { Bindings: PeerInfo };
type Serve = (requestContext: RequestContext) => Promise<Response> | Response;
/** Says a failure in the shape that the client of a path reads. */
type Say = (requestContext: RequestContext, failure: Failure) => Response;

/** The routes of all client APIs, by the one spelling of a path that `addressOf` gives. */
export function createProxyApp(options: ProxyAppOptions): Hono<Bindings> {
  const { deps } = options;
  const handle = createHandler(options);
  const say = createSay(deps);
  const app = new Hono<Bindings>({
    getPath: (request) => addressOf(request.url).path,
    router: new KeptRouter(),
  });
  for (const route of ROUTES) {
    const said: Say = (requestContext, failure) => say(route.dialect, requestContext, failure);
    app.on([...route.methods], route.path, (c) =>
      handle(c.req.raw, c.env, said, async (requestContext) => {
        const params = c.req.param();
        const serve = () => route.serve(deps, requestContext, params);
        const served = await (route.free?.(params) === true ? serve() : counted(deps, requestContext, serve));
        return served instanceof Response ? served : said(requestContext, served);
      }));
  }
  // Claude Code asks this with HEAD before its first request; HEAD is routed as GET.
  app.get("/api/hello", ({ req }) => {
    const ours = options.guard(req.raw, new URL(req.raw.url));
    return new Response(null, { status: ours.ok ? 200 : ours.error.status });
  });
  app.onError(passFault);
  app.notFound((c) => {
    const said: Say = (requestContext, failure) => say("asked", requestContext, failure);
    return handle(c.req.raw, c.env, said, async (requestContext) => {
      const served = await counted(deps, requestContext, () => serveOther(deps, requestContext));
      return served instanceof Response ? served : said(requestContext, served);
    });
  });
  return app;
}

/** Whatever may reach Google counts against its client's limits before it is looked at, found or not. */
function counted(
  deps: ProxyDeps,
  { client, requestId }: RequestContext,
  serve: () => ReturnType<ProxyRoute["serve"]>,
): ReturnType<ProxyRoute["serve"]> | Promise<Response | Failure> {
  const refused = deps.enter(client, requestId);
  if (refused instanceof Promise) return refused.then((failure) => failure ?? serve());
  return refused ?? serve();
}

function createSay(deps: ProxyDeps) {
  return (dialect: RouteDialect, requestContext: RequestContext, failure: Failure): Response => {
    const asked = dialect === "asked" ? askedDialect(requestContext) : dialect;
    if (asked === "gemini") return refuseNative(deps, requestContext, { failure });
    const encoder = asked === "openai" ? openaiChat : asked === "anthropic" ? anthropicMessages : asked;
    requestContext.seen.dialect ??= encoder.name;
    tellRefusal(deps, requestContext, failure);
    return refuse({ dialect: encoder, requestContext, now: deps.ports.clock.now() }, failure);
  };
}

/** Bytes of large bodies that are decoded and held at once; each costs about fifteen times its size while it is. */
const LARGE_BYTES = 8 * 1024 * 1024;

/** Lets a request through to its route when path, origin and token are good, and says every failure as its client reads it. */
function createHandler({ deps, auth, guard, cors }: ProxyAppOptions) {
  const large = new BytesGate(LARGE_BYTES, deps.deadlines);
  return async (request: Request, env: PeerInfo | undefined, say: Say, serve: Serve): Promise<Response> => {
    const requestContext = arrivalOf(deps, request);
    const { url } = requestContext;
    const said = (failure: Failure) => cors.open(request, say(requestContext, failure));
    if (!addressOf(request.url).good) return said(unknownRoute(requestContext));
    const refused = guard(request, url);
    if (!refused.ok) return say(requestContext, refused.error);
    const preflight = cors.preflight(request);
    if (preflight !== undefined) return preflight;
    const checked = auth.check(request, url, env?.peer ?? "");
    // A token is judged at once, and most calls bring one.
    const client = checked instanceof Promise ? await checked : checked;
    if (client.ok) requestContext.client = client.value;
    else {
      const uploader = await uploaderOf(deps, url);
      if (uploader === undefined) return said(client.error);
      requestContext.client = uploader;
    }
    try {
      const admitted: Serve = (one) => large.pass(request, one.client.id, () => serve(one));
      const serving = deps.bodies?.isOn()
        ? deps.bodies.serve(requestContext, admitted)
        : admitted(requestContext);
      const served = await (serving instanceof Promise && mayTakeLong(deps, url)
        ? keptAlive(serving, { deadlines: deps.deadlines, url, whole: deps.settings.keepAliveWhole })
        : serving);
      return cors.open(request, served);
    } catch (cause) {
      if (cause instanceof LeftWhileWaiting) return said(clientGone());
      const failure = ownFault(deps, requestContext.requestId, cause, { path: requestContext.url.pathname });
      deps.calls.find(requestContext.requestId)?.abandon(failure);
      return said(failure);
    }
  };
}

/** Most calls are answered by events that come at once or by heartbeats; nothing is put around those. */
function mayTakeLong({ settings }: ProxyDeps, url: URL): boolean {
  return settings.keepAliveWhole || url.pathname.endsWith(":streamGenerateContent");
}

/** A request context whose client is known as soon as its token has been checked. */
type NewArrival = RequestContext & { client: RequestContext["client"] };

function arrivalOf(deps: ProxyDeps, request: Request): NewArrival {
  const address = addressOf(request.url);
  const url = new URL(request.url);
  if (url.pathname !== address.path) url.pathname = address.path;
  return {
    request,
    url,
    ...(address.dialect === undefined ? {} : { dialect: address.dialect }),
    requestId: deps.ports.newId("req_"),
    at: deps.ports.clock.now(),
    client: NOBODY,
    watch: watchClient(() => request.signal),
    seen: {},
  };
}

/** Stands in the request context until the token has been checked; no route sees it. */
const NOBODY: RequestContext["client"] = { id: "" as RequestContext["client"]["id"], name: "", owner: false };
