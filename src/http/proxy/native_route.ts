import { byteText, type Failure, invalidRequest, type Operation } from "../../core/mod.ts";
import type { ResolvedModel } from "../../catalog/mod.ts";
import { brokenStreamFrame, encodeNativeFailure } from "../../dialects/mod.ts";
import { estimateTokens } from "../../gemini/mod.ts";
import {
  type CallTrace,
  fingerprintBytes,
  type NativeRefusal,
  type NativeReply,
  relayNative,
  safeType,
  type Try,
} from "../../relay/mod.ts";
import type { UpstreamRequest } from "../../upstreams/contract.ts";
import { readBody } from "../read_body.ts";
import { leaseRequestFor } from "./lease_request.ts";
import { json } from "./answer_turn.ts";
import { ESTIMATED, mayEstimate } from "./counts_and_vectors.ts";
import { bodyRepairs, buildEnveloped, ENVELOPED_METHODS, repairedBody } from "./native_body.ts";
import { forwardedQuery, modelHeaders, type NativePath } from "./native_path.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { failureHeaders, INERT_HEADERS, replyHeaders } from "./reply_headers.ts";
import { pinOfBytes } from "./resources/pinned_owner.ts";
import { beginTrace, resolveTargets, serveCall } from "./serve_call.ts";
import { logRefusal } from "./log_refusal.ts";

/** Whether a method answers with a model's turn or uses quota. */
interface NativeMethod {
  readonly operation: Operation;
  readonly turn: boolean;
  readonly stream: boolean;
  readonly counted: boolean;
}

/** Methods of a model that native clients may call. */
const METHODS: Readonly<Record<string, NativeMethod>> = {
  generateContent: { operation: "generate", turn: true, stream: false, counted: true },
  streamGenerateContent: { operation: "generate", turn: true, stream: true, counted: true },
  countTokens: { operation: "count", turn: false, stream: false, counted: false },
  embedContent: { operation: "embed", turn: false, stream: false, counted: true },
  batchEmbedContents: { operation: "embed", turn: false, stream: false, counted: true },
  predict: { operation: "predict", turn: false, stream: false, counted: true },
};

/** Whether the native API serves a method of a model. */
export function isNativeMethod(method: string): boolean {
  return Object.hasOwn(METHODS, method);
}

/** Bytes of a body that identify its conversation: agents begin each turn with the same text. */
const SESSION_BYTES = 2048;

/** Serves one native call on a model: the client's bytes to Google, Google's bytes to the client. */
export async function serveNative(
  deps: ProxyDeps,
  requestContext: RequestContext,
  path: NativePath,
): Promise<Response> {
  Object.assign(requestContext.seen, { dialect: "native_gemini", operation: path.method, model: path.model });
  const method = METHODS[path.method];
  if (method === undefined) return refuseNative(deps, requestContext, { failure: unknownMethod(path) });
  const body = await readBody(requestContext.request, deps.settings.maxBodyBytes);
  if (!body.ok) return refuseNative(deps, requestContext, { failure: body.error });
  requestContext.seen.bytes = body.value.byteLength;
  const resolving = resolveTargets(deps, path.model);
  const targets = resolving instanceof Promise ? await resolving : resolving;
  if (!targets.ok) return refuseNative(deps, requestContext, { failure: targets.error });
  const [first] = targets.value;
  const refused = deps.catalog.refusal(first.id, method.operation, path.method) ??
    deps.modelRefusal(requestContext.client, first.id);
  if (refused) return refuseNative(deps, requestContext, { failure: refused });
  const bytes = body.value;
  const session = sessionOf(requestContext, bytes);
  const trace = beginTrace(deps, requestContext, {
    dialect: "native_gemini",
    operation: path.method,
    stream: method.stream,
    modelAsked: path.model,
    session,
    requestBytes: bytes.byteLength,
  });
  const pinning = pinOfBytes(deps, requestContext, trace, bytes);
  const pin = pinning instanceof Promise ? await pinning : pinning;
  if (!pin.ok) return refuseNative(deps, requestContext, { failure: pin.error }, trace);
  const among = pin.value;
  const served = await serveCall<NativeReply>({
    trace,
    // Vectors of different models are not comparable, and a count belongs to one model.
    targets: method.turn ? targets.value : [first],
    ask: (target) =>
      relayNative(deps, {
        leaseRequest: leaseRequestFor(deps, requestContext, {
          target: path.method in ENVELOPED_METHODS ? target : passing(deps, target),
          session,
          ...spendingOf(method, bytes),
          ...(among === undefined ? {} : { among }),
        }),
        trace,
        client: requestContext.watch,
        stream: method.stream,
        events: /[?&]\$?alt=sse(&|$)/.test(requestContext.target.query),
        turn: method.turn,
        brokenFrame: (failure) => brokenFrame(deps, failure),
        build: (attempt) =>
          buildNative(deps, requestContext, { path, target, bytes, session, trace }, attempt),
        repairs: bodyRepairs(bytes),
        fingerprint: () => fingerprintBytes(bytes),
      }),
  });
  if (served.ok) return passReply(deps, trace, served.value);
  if (method.operation === "count" && mayEstimate(served.error.failure)) return estimate(deps, trace);
  return refuseNative(deps, requestContext, served.error, trace);
}

function unknownMethod({ method }: NativePath): Failure {
  return invalidRequest(`The method ${method.slice(0, 40)} is not served`, { status: 404 });
}

function brokenFrame({ ports }: ProxyDeps, failure: Failure): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(brokenStreamFrame(failure, ports.clock.now()));
}

/** Metrics that the call may use of its key's quota. */
function spendingOf({ operation, counted }: NativeMethod, bytes: Uint8Array<ArrayBuffer>) {
  const inputTokens = counted ? estimateTokens(bytes.byteLength) : 0;
  return { operation, counted, inputTokens, spends: () => metricsIn(byteText(bytes)) };
}

const GROUNDING_REGEXP = /"google_?(search|maps)(_?retrieval)?"\s*:|"url_?context"\s*:/i;

/** Metrics of Google's that a native body spends beside its operation's own. */
function metricsIn(text: string): readonly string[] {
  return GROUNDING_REGEXP.test(text) ? ["grounding"] : [];
}

/**
 * Estimates a count that no key can make now: agents ask often, and an estimate with a warning is better than an
 * error.
 */
function estimate(deps: ProxyDeps, trace: CallTrace): Response {
  trace.warnings.push(ESTIMATED);
  const headers = replyHeaders(trace, deps.ports.clock.now());
  trace.record(200);
  return json({ totalTokens: estimateTokens(trace.facts.requestBytes) }, headers);
}

/** Removes the sources with an envelope, for methods that they do not have. */
function passing(deps: ProxyDeps, target: ResolvedModel): ResolvedModel {
  return { ...target, sources: target.sources.filter((source) => deps.upstreams.get(source)?.passThrough) };
}

interface NativeRequest {
  readonly path: NativePath;
  readonly target: ResolvedModel;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly session: string;
  readonly trace: CallTrace;
}

function buildNative(
  deps: ProxyDeps,
  requestContext: RequestContext,
  { path, target, bytes, session, trace }: NativeRequest,
  attempt: Try,
): UpstreamRequest | Promise<UpstreamRequest> {
  const { upstream, credential, requestRepairs } = attempt;
  const body = requestRepairs.length === 0 ? bytes : repairedBody(bytes, requestRepairs);
  if (upstream.passThrough === undefined) {
    const operation = ENVELOPED_METHODS[path.method]!;
    return buildEnveloped(
      deps,
      { operation, model: target.id, body, session, trace, key: bytes },
      attempt,
    );
  }
  return upstream.passThrough({
    method: "POST",
    path: `/${path.version}/models/${encodeURIComponent(target.id)}:${path.method}`,
    query: forwardedQuery(requestContext.target),
    headers: modelHeaders(requestContext.request.headers),
    body,
  }, credential);
}

function passReply(deps: ProxyDeps, trace: CallTrace, reply: NativeReply): Response {
  // A plain object: the platform handles it at half the cost of a Headers object.
  const headers = replyHeaders(trace, deps.ports.clock.now());
  headers["content-type"] = safeType(reply.headers.get("content-type"));
  return new Response(reply.body, { status: reply.status, headers });
}

/** A failure in Google's shape. */
export function refuseNative(
  deps: ProxyDeps,
  requestContext: RequestContext,
  refusal: NativeRefusal,
  trace?: CallTrace,
): Response {
  const now = deps.ports.clock.now();
  const { failure, body } = refusal;
  if (trace === undefined) logRefusal(deps, requestContext, failure);
  const encoded = encodeNativeFailure(failure, { now, ...(body === undefined ? {} : { body }) });
  trace?.record(encoded.status, failure);
  return new Response(JSON.stringify(encoded.body), {
    status: encoded.status,
    headers: {
      "content-type": "application/json; charset=UTF-8",
      ...INERT_HEADERS,
      "x-request-id": requestContext.requestId,
      ...(trace === undefined ? {} : replyHeaders(trace, now)),
      ...failureHeaders(failure, now),
    },
  });
}

function sessionOf(requestContext: RequestContext, body: Uint8Array): string {
  const named = requestContext.request.headers.get("x-session-id");
  if (named !== null) return named.slice(0, 200);
  return fingerprintBytes(body.subarray(0, SESSION_BYTES));
}
