import { describeFault, type Failure } from "../core/mod.ts";
import type { RelayDeps } from "./deps.ts";
import { ownFailure } from "./failures.ts";

/** Tells a fault of this proxy's own in the log, and gives the failure that its call ends with. */
export function ownFault(
  { ledger }: Pick<RelayDeps, "ledger">,
  request: string,
  cause: unknown,
  more: Readonly<Record<string, string>> = {},
): Failure {
  ledger.log("error", "request", "A request failed inside the proxy", {
    request,
    ...more,
    error: describeFault(cause),
  });
  return ownFailure(request);
}
