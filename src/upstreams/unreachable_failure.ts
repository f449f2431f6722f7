import { causeText, type Failure, type SourceName, whyUnreachable } from "../core/mod.ts";
import { safeText } from "./safe_text.ts";

/** A service of Google's that could not be reached: `message` says which and what to look at. */
export function unreachableFailure(
  source: SourceName,
  message: string,
  cause: unknown,
  code = "upstream_unreachable",
): Failure {
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
