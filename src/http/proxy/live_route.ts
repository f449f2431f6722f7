import {
  type Failure,
  invalidRequest,
  isObject,
  type JsonObject,
  parseForeign,
  type RequestId,
  sourcesServing,
  type Usage,
} from "../../core/mod.ts";
import { NO_USAGE } from "../../gemini/mod.ts";
import { CallTrace, type LiveMessage, relayLive, watchClient } from "../../relay/mod.ts";
import type { UpstreamRequest } from "../../upstreams/contract.ts";
import { agentName } from "./agent_name.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { resolveTargets } from "./serve_call.ts";
import { type Reference, referencesIn } from "./resources/names.ts";
import { ephemeralToken } from "./resources/reply_pass.ts";
import { IDLE_SECONDS, SocketClient } from "./socket_client.ts";
import { logRefusal } from "./log_refusal.ts";

const PATH_REGEXP = /^\/ws\/google\.ai\.generativelanguage\.(v\d\w*)\.GenerativeService\.(Bidi\w{1,60})$/;
/** A client that sends no set-up in this time is disconnected. */
const SETUP_MS = 15_000;
/** The content of a session's first message. */
interface Setup {
  readonly message: LiveMessage;
  readonly model: string;
  readonly body: JsonObject;
  readonly handle: string | undefined;
}

/** Serves the Live API and music generation: WebSockets that are relayed to one key's session. */
export function serveLive(deps: ProxyDeps, requestContext: RequestContext): Response | Failure {
  const { request, target: { url } } = requestContext;
  const path = PATH_REGEXP.exec(url.pathname);
  if (path === null) {
    return invalidRequest("There is no route for this WebSocket: its path names no Bidi method", {
      status: 404,
      code: "unknown_url",
    });
  }
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return invalidRequest("This address is a WebSocket: ask for an upgrade", {
      status: 426,
      code: "upgrade_required",
    });
  }
  const agent = agentName(request.headers);
  const client = requestContext.client;
  // The upgrade consumes the request; this copy is for logging refusals.
  const kept = new Request(url, { headers: { "user-agent": request.headers.get("user-agent") ?? "" } });
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: IDLE_SECONDS });
  const end = new SocketClient(socket, deps.ports.clock);
  const watch = watchClient(() => end.left);
  run(deps, { ...requestContext, request: kept, client, watch }, end, {
    agent,
    version: path[1]!,
    method: path[2]!,
  })
    .catch((cause) => {
      deps.ledger.log("error", "request", "A live session failed inside the proxy", {
        error: String(cause).slice(0, 300),
      });
      end.close(1011, "The proxy failed on this session");
    });
  return response;
}

interface Session {
  readonly agent: string;
  readonly version: string;
  readonly method: string;
}

async function run(
  deps: ProxyDeps,
  requestContext: RequestContext,
  socket: SocketClient,
  session: Session,
): Promise<void> {
  const refuse = (failure: Failure): void => {
    logRefusal(deps, requestContext, failure);
    socket.close(1008, failure.message);
  };
  const message = await socket.first(SETUP_MS);
  if (message === undefined) return refuse(invalidRequest("No setup message came", { status: 408 }));
  const setup = readSetup(message);
  if (setup === undefined) {
    return refuse(invalidRequest("setup must be the first message, with a model in it"));
  }
  const targets = await resolveTargets(deps, setup.model);
  if (!targets.ok) return refuse(targets.error);
  const { id: model } = targets.value[0];
  const barred = deps.catalog.refusal(model, "live", session.method) ??
    deps.modelRefusal(requestContext.client, model);
  if (barred !== undefined) return refuse(barred);
  const token = ephemeralToken(requestContext.target.url);
  const owner = await deps.resources.finder.find(
    await referencesOf(setup, token),
    requestContext.client,
    () => Promise.resolve(undefined),
  );
  if (!owner.ok) return refuse(owner.error);
  const trace = traceOf(deps, requestContext, session, setup.model);
  const keys = owner.value?.usable.map(({ id }) => id);
  const end = await relayLive(deps, {
    leaseRequest: {
      model,
      operation: "live",
      sources: sourcesServing("live"),
      inputTokens: 0,
      session: requestContext.requestId,
      client: requestContext.client.id,
      counted: true,
      ...(keys === undefined ? {} : { among: new Set(keys) }),
    },
    trace,
    client: requestContext.watch,
    socket,
    setup: withModel(setup, model),
    build: ({ upstream, credential }) => {
      const query = token === undefined ? "" : `?access_token=${encodeURIComponent(token)}`;
      const request = upstream.passThrough!(
        { method: "GET", path: requestContext.target.url.pathname, query, headers: {} },
        credential,
      );
      return token === undefined ? request : withoutKey(request);
    },
    onServerText: (text) => look(deps, requestContext, trace, text),
  });
  socket.close(end.code, end.reason);
  trace.record(end.failure === undefined ? 101 : end.failure.status, end.failure);
}

/** An ephemeral token authorises the session by itself: no key is sent with it. */
function withoutKey(request: UpstreamRequest): UpstreamRequest {
  const { "x-goog-api-key": _, ...headers } = request.headers;
  return { ...request, headers };
}

function readSetup(message: LiveMessage): Setup | undefined {
  const body = parsed(typeof message === "string" ? message : new TextDecoder().decode(message));
  const setup = isObject(body) && isObject(body["setup"]) ? body["setup"] : undefined;
  const model = setup?.["model"];
  if (!isObject(body) || setup === undefined || typeof model !== "string") return undefined;
  const resumption = setup["sessionResumption"] ?? setup["session_resumption"];
  const handle = isObject(resumption) && typeof resumption["handle"] === "string"
    ? resumption["handle"]
    : undefined;
  return { message, model, body: body as JsonObject, handle };
}

/** The client's bytes, unless its model name is an alias. */
function withModel({ message, model, body }: Setup, id: string): LiveMessage {
  if (model.replace(/^models\//, "") === id) return message;
  return JSON.stringify({ ...body, setup: { ...body["setup"] as JsonObject, model: `models/${id}` } });
}

async function referencesOf(
  { body, handle }: Setup,
  token: string | undefined,
): Promise<readonly Reference[]> {
  return [
    ...referencesIn(body),
    // An unknown handle may be older than our records: Google decides whether it is valid.
    ...(handle === undefined ? [] : [{ name: await handleName(handle), sure: false }]),
    ...(token === undefined ? [] : [{ name: token, sure: true }]),
  ];
}

async function handleName(handle: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(handle)));
  return `handles/${digest.toHex()}`;
}

async function look(
  deps: ProxyDeps,
  requestContext: RequestContext,
  trace: CallTrace,
  text: string,
): Promise<void> {
  const body = parsed(text);
  if (!isObject(body)) return;
  const usage = body["usageMetadata"] ?? body["usage_metadata"];
  if (isObject(usage)) trace.usage = sum(trace.usage ?? NO_USAGE, usage);
  const update = body["sessionResumptionUpdate"] ?? body["session_resumption_update"];
  const handle = isObject(update) ? update["newHandle"] ?? update["new_handle"] : undefined;
  const owner = trace.lastCredential;
  if (typeof handle !== "string" || owner === undefined) return;
  await deps.resources.registry.remember(await handleName(handle), owner, requestContext.client.id);
}

/** Sums usage: Google counts each turn separately. */
function sum(before: Usage, usage: Readonly<Record<string, unknown>>): Usage {
  const count = (name: string) => typeof usage[name] === "number" ? usage[name] : 0;
  return {
    ...before,
    promptTokens: before.promptTokens + count("promptTokenCount"),
    cachedTokens: before.cachedTokens + count("cachedContentTokenCount"),
    candidatesTokens: before.candidatesTokens + count("responseTokenCount"),
    thoughtsTokens: before.thoughtsTokens + count("thoughtsTokenCount"),
    toolUseTokens: before.toolUseTokens + count("toolUsePromptTokenCount"),
    totalTokens: before.totalTokens + count("totalTokenCount"),
  };
}

function parsed(text: string): unknown {
  try {
    return parseForeign(text);
  } catch {
    return undefined;
  }
}

function traceOf(
  deps: ProxyDeps,
  requestContext: RequestContext,
  { agent, method }: Session,
  model: string,
): CallTrace {
  return new CallTrace(
    {
      id: requestContext.requestId as RequestId,
      at: requestContext.at,
      dialect: "native_gemini",
      operation: method,
      stream: true,
      modelAsked: model.slice(0, 200),
      client: requestContext.client.id,
      agent,
      session: requestContext.requestId,
      requestBytes: 0,
    },
    deps,
    requestContext.watch,
  );
}
