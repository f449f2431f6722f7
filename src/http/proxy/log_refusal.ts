import { type Failure, redact, type RequestId } from "../../core/mod.ts";
import { agentName } from "./agent_name.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";

const LONGEST_PATH = 200;
/** Most records per minute of requests without a valid token: anybody can send any number of those. */
const STRANGERS_A_MINUTE = 60;
const MINUTE_MS = 60_000;

/**
 * Logs and records a request that was refused before it became a call: a wrong key, an unknown model or path, a
 * body that cannot be read, a used-up budget. Agents often hide why they failed. Wrong keys are logged until the
 * address must wait.
 */
export function logRefusal(deps: ProxyDeps, requestContext: RequestContext, failure: Failure): void {
  if (failure.status >= 499 || failure.code === "too_many_attempts") return;
  const { request, target: { url }, requestId, client } = requestContext;
  const level = failure.status === 401 || failure.status === 403 ? "warn" : "info";
  deps.ledger.log(level, "request", `Refused with ${failure.status}: ${failure.message}`, {
    request: requestId,
    method: request.method,
    path: url.pathname.slice(0, LONGEST_PATH),
    agent: agentName(request.headers),
  });
  if (client.id === "" && !hasRoom(deps, requestContext.at)) return;
  const { dialect = "", model = "", operation, bytes = 0 } = requestContext.seen;
  deps.ledger.record({
    id: requestId as RequestId,
    at: requestContext.at,
    dialect,
    operation: operation ?? redact(`${request.method} ${url.pathname}`).slice(0, LONGEST_PATH),
    stream: false,
    modelAsked: model,
    client: client.id,
    agent: agentName(request.headers),
    session: "",
    status: failure.status,
    outcome: "refused",
    failure: failure.class,
    message: failure.message,
    queuedMs: 0,
    totalMs: deps.ports.clock.now() - requestContext.at,
    requestBytes: bytes,
    warnings: [],
    attempts: [],
  });
}

const strangers = new WeakMap<ProxyDeps["ledger"], { minute: number; count: number }>();

/** True when one more request without a valid token may be recorded in this minute. */
function hasRoom({ ledger }: ProxyDeps, now: number): boolean {
  const minute = Math.floor(now / MINUTE_MS);
  let kept = strangers.get(ledger);
  if (kept?.minute !== minute) strangers.set(ledger, kept = { minute, count: 0 });
  return kept.count++ < STRANGERS_A_MINUTE;
}
