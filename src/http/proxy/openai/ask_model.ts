import {
  type DialectName,
  err,
  type Failure,
  isObject,
  type JsonObject,
  ok,
  type Operation,
  type Result,
  sourcesServing,
  type Usage,
} from "../../../core/mod.ts";
import { estimateTokens, type GeminiRequest, usageOf } from "../../../gemini/mod.ts";
import { type CallTrace, emptyTurn, relayJson } from "../../../relay/mod.ts";
import type { ResolvedModel } from "../../../catalog/mod.ts";
import { leaseRequestFor } from "../lease_request.ts";
import type { ProxyDeps, RequestContext } from "../proxy_deps.ts";
import { beginTrace, resolveTargets, serveCall } from "../serve_call.ts";

/** A question that is answered by one whole reply of a model: a picture, speech, a transcript. */
export interface Question {
  /** As the client wrote it. */
  readonly model: string;
  readonly dialect: DialectName;
  readonly operation: string;
  readonly bytes: number;
}

/** A question on its way, with the model that it goes to. */
export interface Asked {
  readonly trace: CallTrace;
  readonly targets: readonly [ResolvedModel, ...ResolvedModel[]];
}

/** Finds the model and begins the record. */
export async function beginQuestion(
  deps: ProxyDeps,
  requestContext: RequestContext,
  question: Question,
): Promise<Result<Asked, Failure>> {
  Object.assign(requestContext.seen, {
    operation: question.operation,
    model: question.model,
    bytes: question.bytes,
  });
  const targets = await resolveTargets(deps, question.model);
  if (!targets.ok) return targets;
  const barred = deps.modelRefusal(requestContext.client, targets.value[0].id);
  if (barred !== undefined) return err(barred);
  const trace = beginTrace(deps, requestContext, {
    dialect: question.dialect,
    operation: question.operation,
    stream: false,
    modelAsked: question.model,
    session: requestContext.requestId,
    requestBytes: question.bytes,
  });
  return ok({ trace, targets: targets.value });
}

/**
 * Asks for one whole reply in Gemini's form; its usage is added to the call's. A reply without a turn is
 * retried, and so is an empty turn where a medium is required; a transcript may be empty.
 */
export async function askWhole(
  deps: ProxyDeps,
  requestContext: RequestContext,
  { trace, targets }: Asked,
  request: GeminiRequest,
  must: "medium" | "turn" = "medium",
): Promise<Result<JsonObject, Failure>> {
  const served = await serveCall<unknown>({
    trace,
    targets,
    ask: async (target) => {
      const reply = await relayJson(deps, {
        leaseRequest: leaseRequestOf(
          deps,
          requestContext,
          target,
          "generate",
          JSON.stringify(request).length,
        ),
        trace,
        client: requestContext.watch,
        judge: (value) => {
          const empty = emptyTurn(value);
          return must === "medium" || !hasCandidate(value) ? empty : undefined;
        },
        build: ({ upstream, credential, host }) =>
          upstream.build({
            operation: upstream.alwaysStreams === true ? "stream" : "generate",
            model: deps.nameAt?.(credential, target.id, request) ?? target.id,
            request,
            host,
            requestId: requestContext.requestId,
            session: requestContext.requestId,
            at: deps.ports.clock.now(),
          }, credential),
      });
      return reply.ok ? reply : err({ failure: reply.error });
    },
  });
  if (!served.ok) return err(served.error.failure);
  const reply = isObject(served.value) ? served.value as JsonObject : {};
  if (isObject(reply["usageMetadata"])) trace.usage = added(trace.usage, usageOf(reply["usageMetadata"]));
  return ok(reply);
}

/** Asks a method of a model that has a form of its own: Imagen's predict. */
export async function askMethod(
  deps: ProxyDeps,
  requestContext: RequestContext,
  { trace, targets: [target] }: Asked,
  method: string,
  body: JsonObject,
): Promise<Result<JsonObject, Failure>> {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const reply = await relayJson(deps, {
    leaseRequest: {
      ...leaseRequestOf(deps, requestContext, target, "predict", bytes.byteLength),
      sources: sourcesServing("predict"),
    },
    trace,
    client: requestContext.watch,
    build: ({ upstream, credential }) =>
      upstream.passThrough!({
        method: "POST",
        path: `/v1beta/models/${encodeURIComponent(target.id)}:${method}`,
        query: "",
        headers: { "content-type": "application/json" },
        body: bytes,
      }, credential),
  });
  return reply.ok ? ok(isObject(reply.value) ? reply.value as JsonObject : {}) : reply;
}

function leaseRequestOf(
  deps: ProxyDeps,
  requestContext: RequestContext,
  target: ResolvedModel,
  operation: Operation,
  bytes: number,
) {
  return leaseRequestFor(deps, requestContext, {
    target,
    operation,
    inputTokens: estimateTokens(Math.min(bytes, 40_000)),
    session: requestContext.requestId,
    counted: true,
  });
}

function added(before: Usage | undefined, usage: Usage): Usage {
  if (before === undefined) return usage;
  return {
    ...before,
    promptTokens: before.promptTokens + usage.promptTokens,
    candidatesTokens: before.candidatesTokens + usage.candidatesTokens,
    thoughtsTokens: before.thoughtsTokens + usage.thoughtsTokens,
    totalTokens: before.totalTokens + usage.totalTokens,
  };
}

function hasCandidate(reply: unknown): boolean {
  return isObject(reply) && Array.isArray(reply["candidates"]) && reply["candidates"].length > 0;
}

/** The parts of a reply's first candidate. */
function partsOf(reply: JsonObject): readonly JsonObject[] {
  const [first] = Array.isArray(reply["candidates"]) ? reply["candidates"] : [];
  const content = isObject(first) && isObject(first["content"]) ? first["content"] : {};
  return Array.isArray(content["parts"])
    ? content["parts"].filter((part): part is JsonObject => isObject(part))
    : [];
}

/** The text of a reply, without thoughts. */
export function textOf(reply: JsonObject): string {
  return partsOf(reply).flatMap((part) =>
    part["thought"] === true || typeof part["text"] !== "string" ? [] : part["text"]
  )
    .join("");
}

/** The first inline medium of a reply. */
export function mediumOf(
  reply: JsonObject,
): { readonly mimeType: string; readonly data: string } | undefined {
  for (const part of partsOf(reply)) {
    const { mimeType, data } = isObject(part["inlineData"]) ? part["inlineData"] : {} as JsonObject;
    if (part["thought"] !== true && typeof data === "string") {
      return { mimeType: String(mimeType ?? ""), data };
    }
  }
  return undefined;
}

/** The failure of a reply without the requested content. */
export function nothingGiven(reply: JsonObject, what: string): Failure {
  const [first] = Array.isArray(reply["candidates"]) ? reply["candidates"] : [];
  const feedback = isObject(reply["promptFeedback"]) ? reply["promptFeedback"]["blockReason"] : undefined;
  const reason = feedback ?? (isObject(first) ? first["finishReason"] : undefined);
  const said = textOf(reply).slice(0, 300);
  return {
    class: "blocked",
    status: 400,
    code: "content_policy_violation",
    message: `The model gave no ${what}${typeof reason === "string" ? ` (${reason})` : ""}${
      said === "" ? "" : `: ${said}`
    }`,
    scope: "request",
  };
}
