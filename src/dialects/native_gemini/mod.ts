/**
 * The native Gemini API's error and stream-break shapes. Requests and replies of this dialect pass unchanged and are
 * never decoded; only what the proxy itself has to say is encoded here, as Google would say it.
 *
 * @module
 */
import { type Failure, isObject, type JsonObject, parseForeign, redact } from "../../core/mod.ts";
import type { EncodedFailure } from "../contract.ts";

/** google.rpc.Code names by HTTP status (google/rpc/code.proto). */
const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ABORTED",
  413: "INVALID_ARGUMENT",
  415: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  499: "CANCELLED",
  500: "INTERNAL",
  502: "UNAVAILABLE",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

export interface NativeFailureInput {
  /** Epoch milliseconds, for the retry delay. */
  readonly now: number;
  /** Google's own body when the failure is Google's; passed on without secrets. */
  readonly body?: string;
}

/**
 * A failure as Google says it: its own body where it said one, else the same shape. RetryInfo and QuotaFailure are there
 * when known, as Gemini CLI decides by them.
 */
export function encodeNativeFailure(failure: Failure, input: NativeFailureInput): EncodedFailure {
  const said = input.body === undefined ? undefined : redactGoogleError(input.body);
  const status = statusOf(failure);
  if (said !== undefined) return { status, body: said };
  const details = detailsOf(failure, input.now);
  return {
    status,
    body: {
      error: {
        code: status,
        message: failure.message,
        status: STATUS_NAMES[status] ?? (status < 500 ? "FAILED_PRECONDITION" : "INTERNAL"),
        ...(details.length === 0 ? {} : { details }),
      },
    },
  };
}

/**
 * The status of a failure: a dead key of the pool is not the client's fault, so Google's status is used only
 * when no key is left.
 */
function statusOf(failure: Failure): number {
  if (failure.class === "rate_limit" || failure.class === "quota" || failure.class === "ambiguous_429") {
    return 429;
  }
  return failure.status >= 400 && failure.status < 600 ? failure.status : 502;
}

function detailsOf(failure: Failure, now: number): JsonObject[] {
  const details: JsonObject[] = [];
  const violations = (failure.limits ?? []).filter((limit) => limit.quotaId !== undefined).map((limit) => ({
    quotaId: limit.quotaId,
    ...(limit.value === undefined ? {} : { quotaValue: String(limit.value) }),
    ...(limit.model === undefined ? {} : { quotaDimensions: { location: "global", model: limit.model } }),
  }));
  if (violations.length > 0) {
    details.push({ "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations });
  }
  if (failure.until !== undefined && failure.until > now) {
    const seconds = Math.ceil((failure.until - now) / 1000);
    details.push({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` });
  }
  return details;
}

/**
 * The last thing in a native stream that broke: a bare error object, as Google itself ends such streams. Google's own SDK
 * reads a network chunk that is an error object as an error, and raises on a rest without its blank line in any case.
 */
export function brokenStreamFrame(failure: Failure, now: number): string {
  return JSON.stringify(encodeNativeFailure(failure, { now }).body);
}

/** Details that describe Google's inside or the key's owner, and help no client. */
const PRIVATE_DETAILS = new Set(["type.googleapis.com/google.rpc.DebugInfo"]);

/** Google's error body without secrets: keys, project numbers and debug details taken out. Undefined when it is no error of Google's shape. */
export function redactGoogleError(body: string): JsonObject | undefined {
  let parsed: unknown;
  try {
    parsed = parseForeign(redact(body).replace(/projects\/\d+/g, "projects/redacted"));
  } catch {
    return undefined;
  }
  const value = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!isObject(value) || !isObject(value["error"])) return undefined;
  const { details, ...error } = value["error"];
  const kept = Array.isArray(details) ? details.filter(isPublicDetail) : [];
  return { error: { ...error, ...(kept.length === 0 ? {} : { details: kept }) } } as JsonObject;
}

function isPublicDetail(detail: unknown): boolean {
  return isObject(detail) && !PRIVATE_DETAILS.has(String(detail["@type"]));
}
