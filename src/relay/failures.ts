import { causeText, type Failure, proxySignIn, redact, type Way, whyUnreachable } from "../core/mod.ts";
import type { ReplyBeyondBounds } from "../upstreams/mod.ts";
import { CancelledByOwner } from "./client_watch.ts";

/** The failure of a call whose client left or, by the signal's reason, that the owner cancelled. */
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

/** The failure of a call whose client stays, but reads nothing of the reply. */
export function clientStalled(ms: number): Failure {
  return {
    class: "client_gone",
    status: 499,
    code: "client_stalled",
    message: `The client read nothing of its reply for ${ms} ms (TIMEOUT_CLIENT)`,
    scope: "request",
  };
}

/** Faults of an established connection: the host is reachable. */
const CUT_REGEXP =
  /\(SendRequest\)|closed before message|reading a body|reset by peer|invalid http|end of file|unexpected eof/i;

/** The upstream could not be reached, or the connection broke. */
export function transportFailure(cause: unknown, way: Way = {}): Failure {
  const text = causeText(cause);
  const detail = redact(text).slice(0, 300);
  if (CUT_REGEXP.test(text) && !text.includes("(Connect)")) {
    const message =
      "Connection lost (ECONNRESET): Google's end was cut before the answer was complete; try again";
    return {
      class: "transport",
      status: 502,
      code: "upstream_connection_cut",
      message,
      scope: "model",
      detail,
    };
  }
  const problem = whyUnreachable(cause, way);
  return {
    class: "transport",
    status: 502,
    code: "upstream_unreachable",
    message: problem === undefined
      ? "Cannot reach Google: the connection failed or was cut"
      : `Cannot reach Google: ${problem.reason}. ${problem.remedy}`,
    scope: "endpoint",
    detail,
  };
}

/** The failure when the outgoing proxy refused the call, which Google never saw. */
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

/** The failure of a reply with a success status that is not one: a page, unparsable, or incomplete. */
export function unreadableFailure(what: string): Failure {
  return {
    class: "empty_reply",
    status: 502,
    code: "unreadable_reply",
    message: `Google's answer could not be read (${what}); try again`,
    scope: "request",
  };
}

/** The failure when no connection was made in time. */
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
    scope: "credential_model",
    detail: `timeout ${setting}`,
  };
}

/** A stream that goes on for longer than TIMEOUT_TOTAL allows. */
export function endlessFailure(ms: number): Failure {
  return {
    class: "unknown",
    status: 504,
    code: "upstream_timeout",
    message: `Google's stream went on for more than ${ms} ms (TIMEOUT_TOTAL)`,
    scope: "request",
    detail: "timeout TIMEOUT_TOTAL",
  };
}

/** The failure of a reply beyond the bounds, or one that cannot be decompressed. */
export function beyondBoundsFailure({ message: problem, code }: ReplyBeyondBounds): Failure {
  return {
    class: "unknown",
    status: 502,
    code,
    message: `Google's reply ${problem}, which this proxy does not take`,
    scope: "request",
    detail: problem,
  };
}

/** The failure of a call that ended by this proxy's own fault; the log has the reason. */
export function ownFailure(requestId: string): Failure {
  return {
    class: "unknown",
    status: 500,
    code: "internal_error",
    message: `The proxy failed on this request; its log has the reason under ${requestId}`,
    scope: "request",
  };
}

/** The stream ended before Google said that the turn was over. */
export function truncatedFailure(): Failure {
  return {
    class: "transport",
    status: 502,
    code: "upstream_stream_cut",
    message: "Connection lost (ECONNRESET): Google's stream was cut before the reply was complete; try again",
    scope: "model",
    detail: "stream ended without finishReason",
  };
}

/** HTTP 200 with nothing usable in it. */
export function emptyReplyFailure(reason: string): Failure {
  // A finish reason of Google's: the model garbled this turn, which says nothing about the next.
  const garbled = /^[A-Z_]+$/.test(reason);
  return {
    class: "empty_reply",
    status: 502,
    code: garbled ? "malformed_reply" : "empty_reply",
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
