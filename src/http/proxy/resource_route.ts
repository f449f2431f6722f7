import { callerFault, isObject, type RequestId } from "../../core/mod.ts";
import { CallTrail, type NativeReply, relayNative } from "../../relay/mod.ts";
import type { UpstreamRequest } from "../../upstreams/contract.ts";
import { readBody } from "../read_body.ts";
import { agentName } from "./agent_name.ts";
import { forwardedHeaders, forwardedQuery } from "./native_path.ts";
import { refuseNative } from "./native_route.ts";
import type { Arrival, ProxyDeps } from "./proxy_deps.ts";
import { replyHeaders } from "./reply_headers.ts";

const METHODS = ["GET", "POST", "PATCH", "DELETE"] as const;

/** Files and cached contents: made on one key, and from then on served by that key alone. */
export async function serveResource(deps: ProxyDeps, arrival: Arrival): Promise<Response> {
  const { request, url } = arrival;
  const method = METHODS.find((name) => name === request.method);
  if (method === undefined) {
    return refuseNative(deps, arrival, {
      failure: callerFault("This method is not allowed here", { status: 405 }),
    });
  }
  const body = await readBody(request, deps.settings.maxBodyBytes);
  if (!body.ok) return refuseNative(deps, arrival, { failure: body.error });
  const name = /(?:files|cachedContents)\/[^/:?]+/.exec(url.pathname)?.[0] ?? uploadName(url);
  const pinned = name === undefined ? undefined : await deps.owners.find(name);
  if (name !== undefined && pinned === undefined) {
    const failure = callerFault(
      "No key of this proxy owns that resource: it was made elsewhere, or it has expired",
      { status: 404 },
    );
    return refuseNative(deps, arrival, { failure });
  }
  const trail = trailOf(deps, arrival, body.value.byteLength);
  const reply = await relayNative(deps, {
    need: {
      model: "",
      operation: "resource",
      sources: ["api_key"],
      inputTokens: 0,
      session: arrival.requestId,
      client: arrival.client.id,
      counted: false,
      ...(pinned === undefined ? {} : { pinned }),
    },
    trail,
    client: arrival.watch,
    stream: false,
    events: false,
    turn: false,
    brokenFrame: () => new Uint8Array(),
    build: ({ upstream, credential }): UpstreamRequest =>
      upstream.passThrough!({
        method,
        path: url.pathname,
        query: forwardedQuery(url),
        headers: forwardedHeaders(request.headers),
        ...(body.value.byteLength === 0 ? {} : { body: body.value }),
      }, credential),
  });
  if (!reply.ok) return refuseNative(deps, arrival, reply.error, trail);
  return await passResource(deps, arrival, trail, reply.value, request.method === "POST");
}

async function passResource(
  deps: ProxyDeps,
  arrival: Arrival,
  trail: CallTrail,
  reply: NativeReply,
  makes: boolean,
): Promise<Response> {
  const owner = trail.lastCredential;
  const headers = new Headers(replyHeaders(trail, deps.ports.clock.now()));
  headers.set("content-type", reply.headers.get("content-type") ?? "application/json");
  const upload = reply.headers.get("x-goog-upload-url");
  if (upload !== null && owner !== undefined) {
    const here = new URL(upload);
    here.searchParams.delete("key");
    const target = `${arrival.url.origin}${here.pathname}${here.search}`;
    const name = uploadName(new URL(target));
    if (name !== undefined) await deps.owners.remember(name, owner);
    headers.set("x-goog-upload-url", target);
  }
  for (const name of ["x-goog-upload-status", "x-goog-upload-chunk-granularity"]) {
    const value = reply.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (!makes || owner === undefined) return new Response(reply.body, { status: reply.status, headers });
  const text = await new Response(reply.body).text();
  const made = nameIn(text);
  if (made !== undefined) await deps.owners.remember(made, owner);
  return new Response(text, { status: reply.status, headers });
}

/** The name of an upload that is under way. */
function uploadName(url: URL): string | undefined {
  const id = url.searchParams.get("upload_id");
  return id === null ? undefined : `upload/${id.slice(0, 200)}`;
}

function nameIn(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const made = isObject(body) && isObject(body["file"]) ? body["file"] : body;
    return isObject(made) && typeof made["name"] === "string" ? made["name"] : undefined;
  } catch {
    return undefined;
  }
}

function trailOf(deps: ProxyDeps, arrival: Arrival, bytes: number): CallTrail {
  return new CallTrail(
    {
      id: arrival.requestId as RequestId,
      at: arrival.at,
      dialect: "native_gemini",
      operation: arrival.url.pathname.includes("cachedContents") ? "cached_contents" : "files",
      stream: false,
      modelAsked: "",
      client: arrival.client.id,
      agent: agentName(arrival.request.headers),
      session: arrival.requestId,
      requestBytes: bytes,
    },
    deps,
    arrival.watch,
  );
}
