import { causeText, type Failure, OwnProxyFault, type SourceName, whyUnreachable } from "../core/mod.ts";
import { safeText } from "./failure_rule.ts";

/** The failure when a service of Google's could not be reached: `message` names it and what to check. */
export function unreachableFailure(
  source: SourceName,
  message: string,
  cause: unknown,
  code = "upstream_unreachable",
): Failure {
  if (cause instanceof OwnProxyFault) return ownProxyFailure(source, cause);
  const problem = whyUnreachable(cause);
  return {
    class: "transport",
    status: 502,
    source,
    scope: "endpoint",
    code,
    message: problem === undefined ? message : `${message} (${problem.reason}. ${problem.remedy})`,
    detail: cause instanceof Error ? safeText(causeText(cause)) : "unknown fault",
  };
}

function ownProxyFailure(source: SourceName, { way, cause }: OwnProxyFault): Failure {
  return {
    class: "transport",
    status: 502,
    source,
    scope: "credential",
    code: "proxy_unreachable",
    message:
      `Google could not be reached through this account's own proxy (${way}); check the proxy or change it.`,
    detail: cause instanceof Error ? safeText(causeText(cause)) : "unknown fault",
  };
}
