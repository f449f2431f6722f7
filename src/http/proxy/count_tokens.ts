import { type Failure, isObject } from "../../core/mod.ts";
import { estimateTokens, repairRequest } from "../../gemini/mod.ts";
import { relayJson } from "../../relay/mod.ts";
import { json } from "./answer_turn.ts";
import { leaseRequestFor } from "./lease_request.ts";
import { refuse } from "./failure_response.ts";
import { pinOfRequest } from "./resources/pinned_owner.ts";
import { replyHeaders } from "./reply_headers.ts";
import type { SimpleCall } from "./simple_call.ts";

/** The warning of a count that is not Google's. */
export const ESTIMATED = "The count is an estimate: no key could count just now";

/** Failures that only mean that Google cannot count at the moment. */
const PASSING: ReadonlySet<Failure["class"]> = new Set([
  "rate_limit",
  "quota",
  "ambiguous_429",
  "overloaded",
  "transport",
  "empty_reply",
  "unknown",
]);

/** True when an estimate is useful: only where a count would succeed at another time. */
export function mayEstimate({ class: name }: Failure): boolean {
  return PASSING.has(name);
}

/** Counts by Google; agents ask often, so when no key can count now an estimate with a warning is better than an error. */
export async function countTokens(input: SimpleCall): Promise<Response> {
  const { deps, requestContext, trace, call, target, dialect } = input;
  const pin = await pinOfRequest(deps, requestContext, trace, call.request);
  if (!pin.ok) return refuse({ dialect, requestContext, trace, now: deps.ports.clock.now() }, pin.error);
  const leaseRequest = leaseRequestFor(deps, requestContext, {
    target,
    ...(pin.value === undefined ? {} : { among: pin.value }),
    operation: "count",
    inputTokens: 0,
    session: call.session,
    counted: false,
  });
  const repairs = deps.repairs.of(call.request);
  const counted = await relayJson(deps, {
    leaseRequest,
    trace,
    client: requestContext.watch,
    repairs,
    build: (attempt) =>
      attempt.upstream.build({
        operation: "count_tokens",
        model: deps.nameAt?.(attempt.credential, target.id, call.request) ?? target.id,
        request: attempt.requestRepairs.reduce(repairRequest, call.request),
        host: attempt.host,
        requestId: requestContext.requestId,
        session: call.session,
      }, attempt.credential),
  });
  const now = deps.ports.clock.now();
  if (!counted.ok && !mayEstimate(counted.error)) {
    return refuse({ dialect, requestContext, trace, now }, counted.error);
  }
  const total = counted.ok && isObject(counted.value) ? counted.value["totalTokens"] : undefined;
  if (typeof total !== "number") trace.warnings.push(ESTIMATED);
  const headers = replyHeaders(trace, now);
  trace.record(200);
  return json(dialect.encodeCount!(typeof total === "number" ? total : estimateTokens(input.bytes)), headers);
}
