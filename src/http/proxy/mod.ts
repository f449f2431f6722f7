/**
 * The client APIs over HTTP: maps paths to dialects, checks who may call, and reports early failures in the
 * dialect's shape. Has no translation and no pool logic; refuses by default.
 *
 * @module
 */
import type { Failure } from "../../core/mod.ts";
import { anthropicMessages, openaiChat } from "../../dialects/mod.ts";
import { clientGone, ownFault, watchClient } from "../../relay/mod.ts";
import { type Address, addressOf } from "../address.ts";
import type { AuthGate } from "../auth.ts";
import type { Cors, RequestGuard } from "../request_guard.ts";
import { RequestTarget } from "../request_target.ts";
import { askedDialect } from "./asked_dialect.ts";
import { refuse } from "./failure_response.ts";
import { refuseNative } from "./native_route.ts";
import { BytesGate, LeftWhileWaiting } from "./bytes_gate.ts";
import { keptAlive } from "./keep_alive.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { uploaderOf } from "./resources/mod.ts";
import { type ProxyRoute, type RouteDialect, ROUTES, serveOther, unknownRoute } from "./routes.ts";
import { logRefusal } from "./log_refusal.ts";
import { TrieRouter } from "hono/router/trie-router";

export type { ProxyDeps } from "./proxy_deps.ts";
export { type BodyRecorder, createBodyRecorder } from "./body_recorder.ts";
export { createResources } from "./resources/mod.ts";

/** Facts about a connection. */
export interface PeerInfo {
  /** The peer's address; empty when there is no socket. */
  readonly peer: string;
}

export interface ProxyAppOptions {
  readonly deps: ProxyDeps;
  readonly auth: AuthGate;
  /** Refuses foreign hosts and origins. */
  readonly guard: RequestGuard;
  readonly cors: Cors;
}

/** All client APIs as one function. */
export interface ProxyApp {
  /** Answers one request; `address` is what its URL means, where the caller knows it already. */
  fetch(request: Request, env?: PeerInfo | object, address?: Address): Promise<Response> | Response;
}

type Served = ReturnType<ProxyRoute["serve"]>;

/** The handler of one path and method, and the dialect of its failures. */
interface Endpoint {
  readonly dialect: RouteDialect;
  serve(requestContext: RequestContext, params: Readonly<Record<string, string>>): Served;
}

/** Claude Code requests this with HEAD before its first call. */
const HELLO = "/api/hello";

/** The routes of all client APIs, by the one spelling of a path that `addressOf` gives. */
export function createProxyApp(options: ProxyAppOptions): ProxyApp {
  const { deps, guard } = options;
  const handle = createHandler(options);
  const router = new KeptRouter<Endpoint>();
  for (const route of ROUTES) {
    const endpoint = endpointOf(deps, route);
    for (const method of route.methods) router.add(method, route.path, endpoint);
  }
  const elsewhere: Endpoint = {
    dialect: "asked",
    serve: (requestContext) => counted(deps, requestContext, () => serveOther(deps, requestContext)),
  };
  return {
    fetch(request, env, address = addressOf(request.url)) {
      const head = request.method === "HEAD";
      const method = head ? "GET" : request.method;
      const target = new RequestTarget(request.url, address);
      if (method === "GET" && address.path === HELLO) {
        const ours = guard(request, target);
        return new Response(null, { status: ours.ok ? 200 : ours.error.status });
      }
      const { route = elsewhere, params = {} } = router.find(method, address.path) ?? {};
      const peer = env !== undefined && "peer" in env ? env.peer : "";
      const answer = handle(requestContextOf(deps, request, target), peer, route, params);
      return head ? answer.then(headOf) : answer;
    },
  };
}

/** A reply without its body, which is cancelled: an unread call would hold its key's slot forever. */
function headOf(response: Response): Response {
  response.body?.cancel().catch(() => {});
  return new Response(null, response);
}

function endpointOf(deps: ProxyDeps, route: ProxyRoute): Endpoint {
  return {
    dialect: route.dialect,
    serve(requestContext, params) {
      const serve = () => route.serve(deps, requestContext, params);
      return route.free?.(params) === true ? serve() : counted(deps, requestContext, serve);
    },
  };
}

/** Counts a request that may reach Google against its client's limits, before it is processed. */
function counted(
  deps: ProxyDeps,
  { client, requestId }: RequestContext,
  serve: () => Served,
): Served {
  const refused = deps.enter(client, requestId);
  if (refused instanceof Promise) return refused.then((failure) => failure ?? serve());
  return refused ?? serve();
}

function createFailureFormat(deps: ProxyDeps) {
  return (dialect: RouteDialect, requestContext: RequestContext, failure: Failure): Response => {
    const asked = dialect === "asked" ? askedDialect(requestContext) : dialect;
    if (asked === "gemini") return refuseNative(deps, requestContext, { failure });
    const encoder = asked === "openai" ? openaiChat : asked === "anthropic" ? anthropicMessages : asked;
    requestContext.seen.dialect ??= encoder.name;
    logRefusal(deps, requestContext, failure);
    return refuse({ dialect: encoder, requestContext, now: deps.ports.clock.now() }, failure);
  };
}

/** Bytes of large bodies that are decoded and held at once; each costs about fifteen times its size meanwhile. */
const LARGE_BYTES = 8 * 1024 * 1024;

/** Checks path, origin and token, passes the request to its route, and reports failures in the client's form. */
function createHandler({ deps, auth, guard, cors }: ProxyAppOptions) {
  const large = new BytesGate(LARGE_BYTES, deps.deadlines);
  const formatFailure = createFailureFormat(deps);
  return async (
    requestContext: NewRequestContext,
    peer: string,
    endpoint: Endpoint,
    params: Readonly<Record<string, string>>,
  ): Promise<Response> => {
    const { request, target } = requestContext;
    const said = (failure: Failure) =>
      cors.open(request, formatFailure(endpoint.dialect, requestContext, failure));
    if (!target.address.good) return said(unknownRoute(requestContext));
    const refused = guard(request, target);
    if (!refused.ok) return formatFailure(endpoint.dialect, requestContext, refused.error);
    const preflight = cors.preflight(request);
    if (preflight !== undefined) return preflight;
    const checked = auth.check(request, target, peer);
    // Most calls have a token, which is checked synchronously.
    const client = checked instanceof Promise ? await checked : checked;
    if (client.ok) requestContext.client = client.value;
    else {
      const uploader = await uploaderOf(deps, target.url);
      if (uploader === undefined) return said(client.error);
      requestContext.client = uploader;
    }
    try {
      const admitted = (one: RequestContext) =>
        large.pass(request, one.client.id, () => endpoint.serve(one, params));
      const bodies = deps.bodies?.isOn() ? deps.bodies : undefined;
      if (bodies === undefined && !mayTakeLong(deps, target)) {
        const served = await admitted(requestContext);
        return served instanceof Response ? cors.open(request, served) : said(served);
      }
      const answer = async (one: RequestContext) => {
        const served = await admitted(one);
        return served instanceof Response ? served : formatFailure(endpoint.dialect, one, served);
      };
      const serving = bodies === undefined ? answer(requestContext) : bodies.serve(requestContext, answer);
      const whole = deps.settings.keepAliveWhole;
      const served = await (mayTakeLong(deps, target)
        ? keptAlive(serving, { deadlines: deps.deadlines, target, whole })
        : serving);
      return cors.open(request, served);
    } catch (cause) {
      if (cause instanceof LeftWhileWaiting) return said(clientGone());
      const failure = ownFault(deps, requestContext.requestId, cause, { path: target.path });
      deps.calls.find(requestContext.requestId)?.abandon(failure);
      return said(failure);
    }
  };
}

/** True for calls that need `keptAlive`: others answer at once or send heartbeats themselves. */
function mayTakeLong({ settings }: ProxyDeps, { path }: RequestTarget): boolean {
  return settings.keepAliveWhole || path.endsWith(":streamGenerateContent");
}

/** A request context whose client is known as soon as its token has been checked. */
type NewRequestContext = RequestContext & { client: RequestContext["client"] };

function requestContextOf(deps: ProxyDeps, request: Request, target: RequestTarget): NewRequestContext {
  return {
    request,
    target,
    requestId: deps.ports.newId("req_"),
    at: deps.ports.clock.now(),
    client: NOBODY,
    watch: watchClient(() => request.signal),
    seen: {},
  };
}

/** Placeholder in the request context until the token has been checked; no route sees it. */
const NOBODY: RequestContext["client"] = { id: "" as RequestContext["client"]["id"], name: "", owner: false };

const MOST_KEPT = 500;
const LONGEST_KEPT = 300;

/** A route and what its parameters are in a path, decoded. */
interface FoundRoute<Route> {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Hono's trie router with a cache of its results. The faster router does not support a parameter beside a
 * literal (`/v1/responses/:id/cancel`, `/v1/responses/compact`), and this one walks its tree for each call;
 * clients call few paths.
 */
class KeptRouter<Route> {
  readonly #router = new TrieRouter<Route>();
  readonly #kept = new Map<string, FoundRoute<Route> | undefined>();

  add(method: string, path: string, route: Route): void {
    this.#router.add(method, path, route);
  }

  /** The first route of this method whose pattern the path has; undefined when there is none. */
  find(method: string, path: string): FoundRoute<Route> | undefined {
    const key = `${method} ${path}`;
    const known = this.#kept.get(key);
    if (known !== undefined || this.#kept.has(key)) return known;
    const found = this.#look(method, path);
    if (key.length <= LONGEST_KEPT) {
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(key, found);
    }
    return found;
  }

  #look(method: string, path: string): FoundRoute<Route> | undefined {
    const [first] = this.#router.match(method, path)[0];
    if (first === undefined) return undefined;
    const [route, params] = first;
    const decoded: Record<string, string> = {};
    for (const [name, text] of Object.entries(params)) decoded[name] = decodedText(String(text));
    return { route, params: decoded };
  }
}

function decodedText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
