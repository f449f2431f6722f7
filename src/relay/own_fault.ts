import { describeFault, type Failure } from "../core/mod.ts";
import type { RelayDeps } from "./deps.ts";
import { ownFailure } from "./failures.ts";

/** Logs a fault of this proxy's own, and returns the failure that ends its call. */
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
