import type { Failure } from "../core/mod.ts";
import { redact } from "../core/mod.ts";

/** The `error.type` of a status. */
function typeOf(status: number): string {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 409:
      return "conflict_error";
    case 429:
      return "rate_limit_error";
    default:
      return status >= 500 ? "server_error" : "invalid_request_error";
  }
}

export interface ErrorFacts {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly param?: string;
}

/** The shape of all management errors. */
export function managementError(facts: ErrorFacts, headers: Record<string, string> = {}): Response {
  const { status, code, message, param } = facts;
  const error = {
    message: redact(message),
    type: typeOf(status),
    code,
    param: param === undefined ? null : redact(param),
  };
  return Response.json({ error }, { status, headers: { "cache-control": "no-store", ...headers } });
}

/** A refused token, or a refused origin. */
export function failureResponse(failure: Failure, now: number): Response {
  const headers: Record<string, string> = {};
  if (failure.until !== undefined) {
    headers["retry-after"] = String(Math.max(1, Math.ceil((failure.until - now) / 1_000)));
  }
  if (failure.status === 401) headers["www-authenticate"] = "Bearer";
  const { status, message, param } = failure;
  const code = failure.code ?? "refused";
  return managementError({ status, message, code, ...(param === undefined ? {} : { param }) }, headers);
}
