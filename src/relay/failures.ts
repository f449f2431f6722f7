import { causeText, type Failure, proxySignIn, redact, type Way, whyUnreachable } from "../core/mod.ts";
import { CancelledByOwner } from "./client_watch.ts";

/** The client left: nobody is to blame and nobody is listening. Or, as the signal says, the owner ended the call. */
export function clientGone(signal?: AbortSignal): Failure {
  const cancelled = signal?.reason instanceof CancelledByOwner;
  return {
    class: "client_gone",
    status: 499,
    message: cancelled ? "The proxy's owner cancelled this call" : "The client closed the request",
    scope: "request",
    ...(cancelled ? { code: "cancelled" } : {}),
  };
}

/** The upstream could not be reached, or the connection broke. */
export function transportFailure(cause: unknown, way: Way = {}): Failure {
  const problem = whyUnreachable(cause, way);
  return {
    class: "transport",
    status: 502,
    code: "upstream_unreachable",
    message: problem === undefined
      ? "Cannot reach Google: the connection failed or was cut"
      : `Cannot reach Google: ${problem.reason}. ${problem.remedy}`,
    scope: "endpoint",
    detail: redact(causeText(cause)).slice(0, 300),
  };
}

/** The outgoing proxy refused the call: Google has never seen it. */
export function proxyRefused(way: Way): Failure {
  const { reason, remedy } = proxySignIn(way.proxy);
  return {
    class: "transport",
    status: 502,
    code: "proxy_sign_in",
    message: `Cannot reach Google: ${reason}. ${remedy}`,
    scope: "endpoint",
    detail: "status 407 of the outgoing proxy",
  };
}

/** No connection to the upstream came about in time. */
export function unreachableFailure(ms: number): Failure {
  return {
    class: "transport",
    status: 504,
    code: "upstream_unreachable",
    message: `Google could not be reached within ${ms} ms (TIMEOUT_CONNECT): check this machine's network`,
    scope: "endpoint",
    detail: "timeout TIMEOUT_CONNECT",
  };
}

/** The upstream was silent for longer than a TIMEOUT_ setting allows. */
export function timeoutFailure(setting: string, ms: number): Failure {
  return {
    class: "transport",
    status: 504,
    code: "upstream_timeout",
    message: `Google did not answer within ${ms} ms (${setting})`,
    scope: "endpoint",
    detail: `timeout ${setting}`,
  };
}

/** The stream ended before Google said that the turn was over. */
export function truncatedFailure(): Failure {
  return {
    class: "transport",
    status: 502,
    code: "upstream_stream_cut",
    message: "Google's stream was cut before the reply was complete",
    scope: "request",
    detail: "stream ended without finishReason",
  };
}

/** HTTP 200 with nothing usable in it. */
export function emptyReplyFailure(reason: string): Failure {
  return {
    class: "empty_reply",
    status: 502,
    code: "empty_reply",
    message: `Google answered with an empty reply (${reason})`,
    scope: "request",
  };
}

/** The process is stopping. */
export function shuttingDown(): Failure {
  return {
    class: "transport",
    status: 503,
    code: "shutting_down",
    message: "The proxy is shutting down: try again in a few seconds",
    scope: "request",
  };
}
