import { type Failure, isForbiddenAccount, redact } from "../core/mod.ts";
import type { EncodedFailure } from "./contract.ts";

interface Words {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
}

/** Failure classes in OpenAI's words; all OpenAI dialects share them. */
function wordsOf(failure: Failure): Words {
  const code = failure.code ?? null;
  switch (failure.class) {
    case "invalid_request":
      return callerWords(failure);
    case "credential_dead":
    case "credential_stale":
      if (code === "billing_not_active") return { status: 403, type: "insufficient_quota", code };
      return isForbiddenAccount(failure.code)
        ? { status: 403, type: "permission_error", code }
        : { status: 401, type: "authentication_error", code: code ?? "invalid_api_key" };
    case "rate_limit":
    case "ambiguous_429":
    case "quota":
      return limitWords(code ?? "rate_limit_exceeded");
    case "not_on_tier":
      return { status: 403, type: "permission_error", code };
    case "region_blocked":
      return { status: 403, type: "permission_error", code: code ?? "unsupported_country_region_territory" };
    case "model_gone":
      return { status: 404, type: "invalid_request_error", code: "model_not_found" };
    case "overloaded":
      return {
        status: failure.status >= 500 ? failure.status : 503,
        type: "server_error",
        code: "server_is_overloaded",
      };
    case "blocked":
      return { status: 400, type: "invalid_request_error", code: code ?? "content_filter" };
    // Not a status that SDKs retry: a call cancelled by the owner would start again.
    case "client_gone":
      return { status: failure.status, type: "invalid_request_error", code: code ?? "client_closed_request" };
    default:
      return { status: failure.status >= 500 ? failure.status : 502, type: "server_error", code };
  }
}

/**
 * Agents stop for good at `insufficient_quota`, so it is used only when the pool says that no key is left until
 * a distant reset.
 */
function limitWords(code: string): Words {
  const type = code === "insufficient_quota" ? "insufficient_quota" : "rate_limit_error";
  return { status: 429, type, code };
}

function callerWords(failure: Failure): Words {
  if (failure.code === "request_too_large") {
    return { status: 413, type: "invalid_request_error", code: failure.code };
  }
  const status = failure.status >= 400 && failure.status < 500 ? failure.status : 400;
  if (status === 429) return limitWords(failure.code ?? "rate_limit_exceeded");
  const type = status === 401
    ? "authentication_error"
    : status === 403
    ? "permission_error"
    : "invalid_request_error";
  return { status, type, code: failure.code ?? null };
}

/** OpenAI's error body: always the four keys, and a status that agrees with them. */
export function encodeOpenaiFailure(failure: Failure): EncodedFailure {
  const { status, type, code } = wordsOf(failure);
  const param = failure.param ?? (code === "model_not_found" ? "model" : null);
  return { status, body: { error: { message: redact(messageOf(failure)), type, param, code } } };
}

/** Agents recognise a full context by OpenAI's wording; the larger count is what was sent. */
function messageOf(failure: Failure): string {
  if (failure.code !== "context_length_exceeded" || failure.message.includes("maximum context length")) {
    return failure.message;
  }
  const [used, limit] = [...failure.message.matchAll(/\d[\d,]{3,}/g)]
    .map((match) => Number(match[0].replaceAll(",", "")))
    .sort((a, b) => b - a);
  if (used === undefined || limit === undefined) return failure.message;
  return `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${used} tokens. ` +
    "Please reduce the length of the messages.";
}
