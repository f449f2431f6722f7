import { jsonText } from "../shared_fields.ts";
import { type Failure, isForbiddenAccount, type JsonObject, redact } from "../../core/mod.ts";
import type { EncodedFailure } from "../contract.ts";

interface ErrorObject {
  readonly type: string;
  readonly message: string;
}

/** Error type by status; the statuses are those of Anthropic's error page. */
const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

/** Anthropic's error body; its SDKs and Claude Code choose their behaviour by status and type. */
export function encodeFailure(failure: Failure, requestId: string): EncodedFailure {
  const error = errorObject(failure);
  return {
    status: statusOf(failure),
    headers: { "request-id": requestId },
    body: {
      type: "error",
      error: { type: error.type, message: error.message, ...detailsOf(failure) },
      request_id: requestId,
    },
  };
}

/** The machine word by which the SDKs know that a thread is gone and send the whole conversation. */
function detailsOf({ code }: Failure): JsonObject {
  return code?.startsWith("thread_") ? { details: { error_code: code } } : {};
}

export function errorObject(failure: Failure): ErrorObject {
  const status = statusOf(failure);
  const type = TYPES[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
  return { type, message: redact(messageOf(failure)) };
}

export function errorFrame(error: ErrorObject): string {
  return `event: error\ndata: {"type":"error","error":${jsonText(error)}}\n\n`;
}

function statusOf(failure: Failure): number {
  if (failure.code === "request_too_large") return 413;
  if (failure.code === "billing_not_active") return 402;
  switch (failure.class) {
    case "invalid_request":
      if (failure.code === "thread_not_found") return 404;
      return failure.status >= 400 && failure.status < 500 ? failure.status : 400;
    case "rate_limit":
    case "quota":
    case "ambiguous_429":
      return 429;
    case "overloaded":
      return failure.status === 500 || failure.status === 504 ? failure.status : 529;
    case "credential_dead":
    case "credential_stale":
      return isForbiddenAccount(failure.code) ? 403 : 401;
    case "region_blocked":
    case "not_on_tier":
      return 403;
    case "model_gone":
      return 404;
    case "blocked":
      return 400;
    case "client_gone":
      return failure.status;
    default:
      return failure.status >= 500 ? failure.status : 502;
  }
}

/** Claude Code compacts its history when it reads this wording of the limit. */
function messageOf(failure: Failure): string {
  if (failure.code !== "context_length_exceeded") return failure.message;
  const [used, limit] = tokenCounts(failure.message);
  return used === undefined || limit === undefined
    ? `prompt is too long: ${failure.message}`
    : `prompt is too long: ${used} tokens > ${limit} maximum`;
}

/** The larger of the two largest numbers is what was sent, the other what is allowed. */
function tokenCounts(message: string): readonly number[] {
  return [...message.matchAll(/\d[\d,]{3,}/g)]
    .map((match) => Number(match[0].replaceAll(",", "")))
    .sort((a, b) => b - a)
    .slice(0, 2);
}
