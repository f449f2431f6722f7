import type { Failure } from "../../core/mod.ts";
import { agentName } from "./agent_name.ts";
import type { Arrival, ProxyDeps } from "./proxy_deps.ts";

const LONGEST_PATH = 200;

/**
 * Logs a request that was refused before it became a call, and so is in no record: a wrong key, an unknown model or path, a
 * body that cannot be read. Agents often hide why they failed. Who guesses keys is told of until he is made to wait.
 */
export function tellRefusal(deps: ProxyDeps, arrival: Arrival, failure: Failure): void {
  if (failure.status >= 499 || failure.code === "too_many_attempts") return;
  const { request, url, requestId } = arrival;
  const level = failure.status === 401 || failure.status === 403 ? "warn" : "info";
  deps.ledger.log(level, "request", `Refused with ${failure.status}: ${failure.message}`, {
    request: requestId,
    method: request.method,
    path: url.pathname.slice(0, LONGEST_PATH),
    agent: agentName(request.headers),
  });
}
