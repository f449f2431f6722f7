import {
  type Credential,
  type CredentialId,
  type Failure,
  invalidRequest,
  isObject,
  type JsonObject,
  ok,
  OWNER,
  type Result,
} from "../../../core/mod.ts";
import { type CallTrace, type NativeRefusal, relayResource, type ResourceReply } from "../../../relay/mod.ts";
import type { UpstreamRequest } from "../../../upstreams/contract.ts";
import { readBody } from "../../read_body.ts";
import { forwardedHeaders, forwardedQuery } from "../native_path.ts";
import { refuseNative } from "../native_route.ts";
import type { ProxyDeps, RequestContext } from "../proxy_deps.ts";
import { replyHeaders } from "../reply_headers.ts";
import { beginTrace, resolveTargets } from "../serve_call.ts";
import { mergedList } from "./merged_list.ts";
import { namesInReply, parseResourcePath, type Reference, referencesIn, type ResourcePath } from "./names.ts";
import type { RequestTarget } from "../../request_target.ts";
import { leaseRequestOf, MOST_READ, type ResourceRequest } from "./resource_request.ts";
import { firstWith, NO_OWNER } from "./owner_of_call.ts";
import { hasResource, questionWait } from "./pinned_owner.ts";
import { namedFailure, type Owner } from "./registry.ts";
import {
  ephemeralToken,
  EventReader,
  parsedReply,
  passedHeaders,
  uploadHere,
  uploadName,
  usageOf,
} from "./reply_pass.ts";

const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"] as const;
/**
 * Serves every native path that is not a plain call on a model: files, caches, batches, interactions and later
 * additions. The bytes pass unchanged; the key is the owner of the named resource, else any allowed one;
 * resources named in replies are recorded.
 */
export async function serveResource(deps: ProxyDeps, requestContext: RequestContext): Promise<Response> {
  const { request, target: { url } } = requestContext;
  const refused = (failure: Failure) => refuseNative(deps, requestContext, { failure });
  const method = METHODS.find((name) => name === (request.method === "HEAD" ? "GET" : request.method));
  const path = parseResourcePath(url.pathname);
  if (path === undefined || method === undefined) {
    const what = path === undefined
      ? `There is no route ${request.method} here`
      : "This method is not allowed here";
    return refused(invalidRequest(what, { status: path === undefined ? 404 : 405 }));
  }
  const body = await readBody(request, deps.settings.maxBodyBytes);
  if (!body.ok) return refused(body.error);
  const json = isJson(request.headers) ? parsedReply(body.value) : undefined;
  const model = await modelOf(deps, path, method, json);
  if (!model.ok) return refused(model.error);
  if (model.value !== undefined) {
    const barred = deps.modelRefusal(requestContext.client, model.value);
    if (barred) return refused(barred);
  }
  const trace = traceOf(deps, requestContext, path, body.value.byteLength, json);
  const bytes = renamed(body.value, json, path, model.value);
  const call: ResourceRequest = { deps, requestContext, path, method, body: bytes, json, trace };
  // If no key can be asked, the pool gives the reason.
  if (isList(path, method) && (await deps.resources.registry.spread()).length > 0) {
    return await mergedList(call);
  }
  const owner = await ownerOf(call);
  if (!owner.ok) return refuseNative(deps, requestContext, { failure: owner.error }, trace);
  const reply = await relay(call, owner.value, model.value);
  if (!reply.ok) return refuseNative(deps, requestContext, withName(reply.error, owner.value, call), trace);
  return await pass(call, reply.value);
}

function isJson(headers: Headers): boolean {
  const type = headers.get("content-type") ?? "";
  return type === "" || /^application\/json\b|\+json\b/i.test(type);
}

function isList({ segments, front, name, method }: ResourcePath, http: string): boolean {
  return http === "GET" && front === undefined && method === undefined && name === undefined &&
    (segments.length === 1 || (segments.length === 3 && segments[0] === "models"));
}

/** The model that a call asks for, in its path or its body, as Google names it. */
async function modelOf(
  deps: ProxyDeps,
  path: ResourcePath,
  method: string,
  json: unknown,
): Promise<Result<string | undefined, Failure>> {
  const named = path.collection === "models" && path.method !== undefined
    ? decodeURIComponent(path.segments.slice(1).join("/"))
    : method === "POST" && isObject(json) && typeof json["model"] === "string" && path.name === undefined
    ? json["model"]
    : undefined;
  if (named === undefined) return ok(undefined);
  const targets = await resolveTargets(deps, named);
  return targets.ok ? ok(targets.value[0].id) : targets;
}

/** The body with an alias replaced by the model's name. */
function renamed(
  body: Uint8Array<ArrayBuffer>,
  json: unknown,
  { collection }: ResourcePath,
  model: string | undefined,
): Uint8Array<ArrayBuffer> {
  if (model === undefined || collection === "models" || !isObject(json)) return body;
  const asked = json["model"];
  if (typeof asked !== "string" || asked.replace(/^models\//, "") === model) return body;
  const name = asked.startsWith("models/") || collection === "cachedContents" ? `models/${model}` : model;
  return new TextEncoder().encode(JSON.stringify({ ...json, model: name }));
}

/** The owner of all that the path and the body name. */
async function ownerOf(call: ResourceRequest): Promise<Result<Owner | undefined, Failure>> {
  const { deps, requestContext, path, method, json } = call;
  const references: Reference[] = [];
  const upload = uploadName(requestContext.target.url);
  if (upload !== undefined) references.push({ name: upload, sure: true });
  else if (path.name !== undefined) references.push({ name: path.name, sure: true });
  if (json !== undefined) references.push(...referencesIn(json));
  // The creator of a resource may choose its id; the same id in two projects could not be told apart.
  if (method === "POST" && path.name === undefined && isObject(json) && typeof json["id"] === "string") {
    references.push({ name: `${path.collection}/${json["id"]}`, sure: false });
  }
  if (references.length === 0) return NO_OWNER;
  return await deps.resources.finder.find(
    references,
    requestContext.client,
    (name) => askProjects(call, name),
  );
}

/** Asks one key of each project for a resource. */
async function askProjects(
  { deps, requestContext, trace }: ResourceRequest,
  name: string,
): Promise<Credential | undefined> {
  const keys = deps.resources.registry.onePerProject((key) => questionWait(deps, requestContext, key));
  return await firstWith(keys, (key) => hasResource(deps, requestContext, trace, key, name));
}

/**
 * The keys for a call, the best first: those of the owner; for a new resource, those whose project holds least.
 * Undefined where the pool decides, because the call uses a model's quota.
 */
async function meant(
  { deps, requestContext, path }: ResourceRequest,
  owner: Owner | undefined,
  model: string | undefined,
): Promise<ReadonlySet<CredentialId> | undefined> {
  if (owner !== undefined) return new Set(owner.usable.map(({ id }) => id));
  const replayed = deps.pinOf?.(requestContext.request);
  if (replayed !== undefined) return new Set([replayed]);
  if (model !== undefined && path.collection !== "cachedContents") return undefined;
  const spread = await deps.resources.registry.spread();
  // If no key can, the pool gives the reason.
  return spread.length === 0 ? undefined : new Set(spread.map(({ id }) => id));
}

async function relay(
  call: ResourceRequest,
  owner: Owner | undefined,
  model: string | undefined,
): Promise<Result<ResourceReply, NativeRefusal>> {
  const { deps, requestContext, trace, method, body } = call;
  const path = upstreamPath(call, model);
  const learned = new Set<string>();
  return await relayResource(
    deps,
    {
      leaseRequest: leaseRequestOf(call, await meant(call, owner, model), model),
      trace,
      client: requestContext.watch,
      mostRead: isDownload(requestContext.target) ? 0 : MOST_READ,
      named: owner !== undefined,
      onWhole: (bytes) => {
        const usage = usageOf(parsedReply(bytes));
        if (usage !== undefined) trace.usage = usage;
      },
      build: ({ upstream, credential: key }): UpstreamRequest =>
        upstream.passThrough!({
          method,
          path,
          query: forwardedQuery(requestContext.target),
          headers: forwardedHeaders(requestContext.request.headers),
          ...(body.byteLength === 0 ? {} : { body }),
        }, key),
    },
    (headers) =>
      (headers.get("content-type") ?? "").startsWith("text/event-stream")
        ? new EventReader((event) => noteEvent(call, event, learned), () => {})
        : undefined,
  );
}

/** True when Google sends a file's content instead of its metadata. */
function isDownload({ query }: RequestTarget): boolean {
  return /[?&]\$?alt=media(&|$)/.test(query);
}

/** An event of an interaction: its resources are recorded at once, so that a disconnected client can resume. */
function noteEvent(call: ResourceRequest, event: JsonObject, learned: Set<string>): void {
  const usage = usageOf(event["interaction"]);
  if (usage !== undefined) call.trace.usage = usage;
  const names = namesInReply(event["interaction"], call.path.collection).filter((name) => !learned.has(name));
  names.forEach((name) => learned.add(name));
  void remember(call, names).catch(() => {});
}

/** The requested path, with an alias replaced by the model's name. */
function upstreamPath({ requestContext, path }: ResourceRequest, model: string | undefined): string {
  return path.collection === "models" && model !== undefined
    ? `/${path.version}/models/${encodeURIComponent(model)}:${path.method}`
    : requestContext.target.url.pathname;
}

async function pass(call: ResourceRequest, reply: ResourceReply): Promise<Response> {
  const { deps, requestContext, trace } = call;
  const headers = {
    ...replyHeaders(trace, deps.ports.clock.now()),
    ...passedHeaders(reply.headers, requestContext.target.url.origin),
  };
  const upload = uploadHere(reply.headers.get("x-goog-upload-url"), requestContext.target.url.origin);
  const named = upload === undefined ? undefined : uploadName(upload);
  if (named !== undefined) await remember(call, [named]);
  const { body } = reply;
  if (body instanceof Uint8Array) {
    const parsed = parsedReply(body);
    if (call.method === "DELETE") await forget(call);
    else if (parsed !== undefined) await learn(call, parsed);
    trace.record(reply.status);
  }
  return new Response(reply.status === 204 ? null : body, { status: reply.status, headers });
}

async function forget({ deps, path }: ResourceRequest): Promise<void> {
  const whole = path.name?.split("/").length === path.segments.length;
  if (whole) await deps.resources.registry.forget(path.name!);
}

/** Records the resources that a reply names, and the size of a new file. */
async function learn(call: ResourceRequest, reply: unknown): Promise<void> {
  await remember(call, namesInReply(reply, call.path.collection));
  const owner = call.trace.lastCredential;
  if (call.method === "GET" || owner === undefined) return;
  const { registry } = call.deps.resources;
  const made = registry.credentials().find(({ id }) => id === owner);
  registry.given(owner, made?.project);
  const file = isObject(reply) && isObject(reply["file"]) ? reply["file"] : undefined;
  const size = Number(file?.["sizeBytes"] ?? 0);
  if (size > 0) await registry.hold(owner, size);
}

async function remember(
  { deps, requestContext, trace }: ResourceRequest,
  names: readonly string[],
): Promise<void> {
  const owner = trace.lastCredential;
  if (owner === undefined) return;
  for (const name of names) {
    deps.resources.finder.seen(name);
    await deps.resources.registry.remember(name, owner, requestContext.client.id);
  }
}

function withName(
  refusal: NativeRefusal,
  owner: Owner | undefined,
  { path }: ResourceRequest,
): NativeRefusal {
  if (owner !== undefined) {
    const failure = namedFailure(refusal.failure, owner);
    return failure === refusal.failure ? refusal : { failure };
  }
  const { status, class: name } = refusal.failure;
  // Only a 404 for a path without a resource name is explained here; others are Google's.
  if (status !== 404 || path.name !== undefined || name === "model_gone" || name === "misconfigured") {
    return refusal;
  }
  const what = path.method === undefined
    ? path.segments.join("/")
    : `${path.segments.join("/")}:${path.method}`;
  return {
    failure: invalidRequest(`There is no route for ${what.slice(0, 120)}: Google does not know it either`, {
      status: 404,
      code: "unknown_url",
    }),
  };
}

function traceOf(
  deps: ProxyDeps,
  requestContext: RequestContext,
  path: ResourcePath,
  bytes: number,
  json: unknown,
): CallTrace {
  const model = isObject(json) && typeof json["model"] === "string" ? json["model"].slice(0, 200) : "";
  return beginTrace(deps, requestContext, {
    dialect: "native_gemini",
    operation: (path.method ?? path.collection).slice(0, 60),
    stream: false,
    modelAsked: path.collection === "models" ? path.segments.slice(1).join("/").slice(0, 200) : model,
    session: requestContext.requestId,
    requestBytes: bytes,
  });
}

/**
 * The client of an address that is itself the authorisation, as at Google: that of an upload or a picture, whose
 * id is the secret, and a session's with an ephemeral token.
 */
export async function uploaderOf(
  deps: ProxyDeps,
  url: URL,
): Promise<RequestContext["client"] | undefined> {
  if (/^\/v1\/images\/files\/img_\w+$/.test(url.pathname)) {
    return { id: OWNER, name: "picture", owner: false };
  }
  const name = url.pathname.startsWith("/upload/") ? uploadName(url) : ephemeralToken(url);
  if (name === undefined) return undefined;
  const found = await deps.resources.registry.find(name, EVERYBODY);
  if (typeof found !== "object") return undefined;
  const id = found.record.client as RequestContext["client"]["id"];
  return { id, name: id, owner: id === OWNER };
}

const EVERYBODY = { id: "" as RequestContext["client"]["id"], owner: true };
