import type { ResolvedModel } from "../../catalog/mod.ts";
import { type Failure, invalidRequest, isObject, ok, type Result, sourcesServing } from "../../core/mod.ts";
import type { AnyDialect, ClientCall, EmbedCall } from "../../dialects/mod.ts";
import { estimateTokens, NO_USAGE, repairRequest } from "../../gemini/mod.ts";
import { type CallTrace, relayJson, unreadableFailure } from "../../relay/mod.ts";
import { BOUNDS } from "../bounds.ts";
import { json } from "./answer_turn.ts";
import { refuse } from "./failure_response.ts";
import { leaseRequestFor } from "./lease_request.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { replyHeaders } from "./reply_headers.ts";
import { pinOfRequest } from "./resources/pinned_owner.ts";

/** The warning of a count that is not Google's. */
export const ESTIMATED = "The count is an estimate: no key could count just now";

/** Failures that only mean that Google cannot count at the moment. */
const PASSING: ReadonlySet<Failure["class"]> = new Set([
  "rate_limit",
  "quota",
  "ambiguous_429",
  "overloaded",
  "transport",
  "empty_reply",
  "unknown",
]);

/** True when an estimate is useful: only where a count would succeed at another time. */
export function mayEstimate({ class: name }: Failure): boolean {
  return PASSING.has(name);
}

/** Counts by Google; agents ask often, so when no key can count now an estimate with a warning is better than an error. */
export async function countTokens(input: SimpleCall): Promise<Response> {
  const { deps, requestContext, trace, call, target, dialect } = input;
  const pin = await pinOfRequest(deps, requestContext, trace, call.request);
  if (!pin.ok) return refuse({ dialect, requestContext, trace, now: deps.ports.clock.now() }, pin.error);
  const leaseRequest = leaseRequestFor(deps, requestContext, {
    target,
    ...(pin.value === undefined ? {} : { among: pin.value }),
    operation: "count",
    inputTokens: 0,
    session: call.session,
    counted: false,
  });
  const repairs = deps.repairs.of(call.request);
  const counted = await relayJson(deps, {
    leaseRequest,
    trace,
    client: requestContext.watch,
    repairs,
    build: (attempt) =>
      attempt.upstream.build({
        operation: "count_tokens",
        model: deps.nameAt?.(attempt.credential, target.id, call.request) ?? target.id,
        request: attempt.requestRepairs.reduce(repairRequest, call.request),
        host: attempt.host,
        requestId: requestContext.requestId,
        session: call.session,
      }, attempt.credential),
  });
  const now = deps.ports.clock.now();
  if (!counted.ok && !mayEstimate(counted.error)) {
    return refuse({ dialect, requestContext, trace, now }, counted.error);
  }
  const total = counted.ok && isObject(counted.value) ? counted.value["totalTokens"] : undefined;
  if (typeof total !== "number") trace.warnings.push(ESTIMATED);
  const headers = replyHeaders(trace, now);
  trace.record(200);
  return json(dialect.encodeCount!(typeof total === "number" ? total : estimateTokens(input.bytes)), headers);
}

/** Characters counted for a picture or recording in an estimate. */
const PICTURE_SIZE = 1_000;
/** As many as Google takes in one batchEmbedContents call. */
const BATCH = 100;

interface Vectors {
  readonly values: readonly (readonly number[])[];
  readonly promptTokens: number;
}

/** Embeds all inputs in batches, in order; one failed batch fails the call, as part of the vectors is useless. */
export async function embed(input: SimpleCall): Promise<Response> {
  const { deps, dialect, requestContext, trace, call } = input;
  const inputs = call.embed?.inputs ?? [];
  if (inputs.length > BOUNDS.embeddingTexts) {
    const message = `One request embeds at most ${BOUNDS.embeddingTexts} texts: send them in several`;
    return refuse(
      { dialect, requestContext, trace, now: deps.ports.clock.now() },
      invalidRequest(message, { param: "input" }),
    );
  }
  const batches = Array.from(
    { length: Math.ceil(inputs.length / BATCH) },
    (_, index) => inputs.slice(index * BATCH, (index + 1) * BATCH),
  );
  const results = await Promise.all(batches.map((batch) => embedBatch(input, batch)));
  const now = deps.ports.clock.now();
  const vectors: (readonly number[])[] = [];
  let promptTokens = 0;
  for (const result of results) {
    if (!result.ok) return refuse({ dialect, requestContext, trace, now }, result.error);
    vectors.push(...result.value.values);
    promptTokens += result.value.promptTokens;
  }
  trace.usage = { ...NO_USAGE, promptTokens, totalTokens: promptTokens };
  const encode = {
    context: call.context,
    requestId: requestContext.requestId,
    created: Math.floor(requestContext.at / 1000),
    newId: deps.ports.newId,
  };
  const reply = dialect.encodeEmbeddings!(vectors, promptTokens, encode);
  const headers = replyHeaders(trace, now);
  trace.record(200);
  return json(reply, headers);
}

async function embedBatch(input: SimpleCall, batch: EmbedCall["inputs"]): Promise<Result<Vectors, Failure>> {
  const { deps, requestContext, trace, call, target } = input;
  const estimate = estimateTokens(
    batch.reduce((size, one) => size + (typeof one === "string" ? one.length : PICTURE_SIZE), 0),
  );
  const reply = await relayJson(deps, {
    leaseRequest: {
      ...leaseRequestFor(deps, requestContext, {
        target,
        operation: "embed",
        inputTokens: estimate,
        session: call.session,
        counted: true,
      }),
      sources: sourcesServing("embed"),
    },
    trace,
    client: requestContext.watch,
    judge: (value) =>
      vectorsOf(value).length === batch.length ? undefined : unreadableFailure("not a vector for each text"),
    build: (attempt) =>
      attempt.upstream.build({
        operation: "batch_embed",
        model: target.id,
        request: call.request,
        host: attempt.host,
        requestId: requestContext.requestId,
        session: call.session,
        embed: { ...call.embed!, inputs: batch },
      }, attempt.credential),
  });
  if (!reply.ok) return reply;
  const { value } = reply;
  const usage = isObject(value) && isObject(value["usageMetadata"])
    ? value["usageMetadata"]["promptTokenCount"]
    : undefined;
  return ok({ values: vectorsOf(value), promptTokens: typeof usage === "number" ? usage : estimate });
}

function vectorsOf(reply: unknown): readonly (readonly number[])[] {
  const listed = isObject(reply) && Array.isArray(reply["embeddings"]) ? reply["embeddings"] : [];
  return listed.flatMap((item) =>
    isObject(item) && Array.isArray(item["values"]) ? [item["values"] as number[]] : []
  );
}

/** A call that is answered with one small JSON value. */
export interface SimpleCall {
  readonly deps: ProxyDeps;
  readonly dialect: AnyDialect;
  readonly requestContext: RequestContext;
  readonly trace: CallTrace;
  readonly call: ClientCall<unknown>;
  readonly target: ResolvedModel;
  readonly bytes: number;
}
