import type { AttemptRecord, CallRecord } from "../core/mod.ts";
import type { LedgerService } from "../ledger/mod.ts";
import type { Span } from "@opentelemetry/api";
import type { Environment } from "../config/mod.ts";

/** True when somebody asked for OpenTelemetry by its own variables. */
function isWanted(env: Environment): boolean {
  return env["OTEL_DENO"] === "true" && env["OTEL_SDK_DISABLED"] !== "true";
}

/**
 * Exports each ended call through Deno's OpenTelemetry: a span for the call and one for each attempt in it,
 * named by the conventions for generative AI, without prompts and secrets. Returns a function that stops it;
 * does nothing unless OTEL_DENO is set.
 */
export async function traceCalls(
  env: Environment,
  ledger: Pick<LedgerService, "onRecord">,
): Promise<() => void> {
  if (!isWanted(env)) return () => {};
  const { context, SpanKind, SpanStatusCode, trace } = await import("@opentelemetry/api");
  const tracer = trace.getTracer("geminitro");
  keepQueriesOut(tracer.startSpan("start"));
  return ledger.onRecord((record) => {
    if (record.outcome === "refused") return;
    const call = tracer.startSpan(`${record.operation} ${record.modelUsed ?? record.modelAsked}`, {
      kind: SpanKind.SERVER,
      startTime: record.at,
      attributes: callAttributes(record),
    });
    const inside = trace.setSpan(context.active(), call);
    for (const attempt of record.attempts) {
      const span = tracer.startSpan(`${record.operation} ${attempt.model}`, {
        kind: SpanKind.CLIENT,
        startTime: attempt.startedAt,
        attributes: attemptAttributes(record, attempt),
      }, inside);
      if (attempt.failure !== undefined) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: attempt.message ?? "" });
      }
      span.end(attempt.startedAt + attempt.totalMs);
    }
    if (record.outcome === "failed") {
      call.setStatus({ code: SpanStatusCode.ERROR, message: record.message ?? "" });
    }
    call.end(record.at + record.totalMs);
  });
}

/** Attributes of the platform's own request spans that contain an address. */
const ADDRESSES: ReadonlySet<string> = new Set(["url.full", "url.query"]);

/**
 * Takes the queries out of the addresses in the platform's own spans: Gemini clients put their token in them,
 * and a sign-in's callback has Google's code. A later `setAttribute` of the same name would only be added beside
 * the first, so the first must not be written. `span` is any span; it is not ended, so it is not sent.
 */
function keepQueriesOut(span: Span): void {
  const shape: Pick<Span, "setAttribute"> = Object.getPrototypeOf(span);
  const { setAttribute } = shape;
  shape.setAttribute = function (this: Span, name, value) {
    const hidden = ADDRESSES.has(name) && typeof value === "string";
    return setAttribute.call(this, name, hidden ? withoutQuery(name, value) : value);
  };
}

function withoutQuery(name: string, value: string): string {
  return name === "url.query" ? "" : value.split("?", 1)[0] ?? "";
}

function callAttributes(record: CallRecord) {
  const { usage, finish, failure } = record;
  return {
    "gen_ai.provider.name": "gcp.gemini",
    "gen_ai.operation.name": record.operation === "generate" ? "chat" : record.operation,
    "gen_ai.request.model": record.modelAsked,
    "gen_ai.conversation.id": record.session,
    "http.response.status_code": record.status,
    "geminitro.request.id": record.id,
    "geminitro.client": record.client,
    "geminitro.agent": record.agent,
    "geminitro.dialect": record.dialect,
    "geminitro.queued_ms": record.queuedMs,
    ...(record.modelUsed === undefined ? {} : { "gen_ai.response.model": record.modelUsed }),
    ...(finish === undefined || finish === "" ? {} : { "gen_ai.response.finish_reasons": [finish] }),
    ...(failure === undefined ? {} : { "error.type": failure }),
    ...(record.firstTokenMs === undefined
      ? {}
      : { "gen_ai.server.time_to_first_token": record.firstTokenMs / 1_000 }),
    ...(usage === undefined ? {} : {
      "gen_ai.usage.input_tokens": usage.promptTokens + usage.toolUseTokens,
      "gen_ai.usage.output_tokens": usage.candidatesTokens + usage.thoughtsTokens,
      "gen_ai.usage.cache_read.input_tokens": usage.cachedTokens,
    }),
  };
}

function attemptAttributes({ operation }: CallRecord, attempt: AttemptRecord) {
  return {
    "gen_ai.provider.name": "gcp.gemini",
    "gen_ai.operation.name": operation === "generate" ? "chat" : operation,
    "gen_ai.request.model": attempt.model,
    "geminitro.source": attempt.source,
    "geminitro.key": attempt.credential,
    "geminitro.bucket": attempt.bucket,
    ...(attempt.status === undefined ? {} : { "http.response.status_code": attempt.status }),
    ...(attempt.failure === undefined ? {} : { "error.type": attempt.failure }),
  };
}
