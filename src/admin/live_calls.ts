import { ok, untilText } from "../core/mod.ts";
import type { Call, CallDetail } from "../management/contract.ts";
import type { AdminDeps, InFlightCall } from "./admin_deps.ts";
import { type Outcome, refuse } from "./problem.ts";
import { isoOf, REASONS } from "./verdict.ts";

/** Calls in flight and waiting, oldest first. */
export function liveCalls(deps: AdminDeps): Call[] {
  return deps.calls.list().map((call) => viewOf(deps, call));
}

/** One of them, with every key's reason while it waits. */
export function liveCall(deps: AdminDeps, id: string): Outcome<CallDetail> {
  const call = deps.calls.list().find((one) => one.id === id);
  if (call === undefined) return noCall();
  const refusals = call.waiting === undefined ? [] : deps.pool.refusals(call.waiting.leaseRequest);
  return ok({
    ...viewOf(deps, call),
    refusals: refusals.map(({ credential, reason, until }) => ({
      key: credential ?? null,
      reason,
      until: isoOf(until),
    })),
  });
}

/** Ends a call on the owner's word. */
export function cancelCall({ calls, ledger }: AdminDeps, id: string): Outcome<{ id: string }> {
  if (!calls.cancel(id)) return noCall();
  ledger.log("info", "request", "A call was cancelled", { request: id });
  return ok({ id });
}

function noCall() {
  return refuse(404, "not_found", "There is no such call in flight: it may have ended meanwhile");
}

function viewOf(deps: AdminDeps, call: InFlightCall): Call {
  const now = deps.ports.clock.now();
  const { id, at, client, agent, session, dialect, operation, stream, state, attempts } = call;
  return {
    id,
    at: new Date(at).toISOString(),
    ageMs: now - at,
    client,
    agent,
    session,
    dialect,
    operation,
    stream,
    model: call.modelAsked,
    modelUsed: call.modelUsed ?? null,
    key: call.key ?? null,
    state,
    attempts,
    firstTokenMs: call.firstTokenMs ?? null,
    outputTokens: call.outputTokens ?? null,
    waiting: call.waiting === undefined ? null : waitOf(deps, call.waiting, now),
  };
}

function waitOf({ pool }: AdminDeps, waiting: NonNullable<InFlightCall["waiting"]>, now: number) {
  const { leaseRequest, since } = waiting;
  const standing = pool.standing(leaseRequest.model, leaseRequest.sources);
  const wait = pool.expectedWait(leaseRequest);
  const until = Number.isFinite(wait) ? now + wait : undefined;
  const reason = standing.reason ?? "queue";
  const when = until === undefined ? "" : ` ${untilText(until, now)}`;
  return {
    since: new Date(since).toISOString(),
    model: leaseRequest.model,
    reason,
    until: isoOf(until),
    message: `Waits${when}: ${REASONS[reason] ?? reason}`,
  };
}
