import { type Failure, ok, type Repair, type Result } from "../core/mod.ts";
import { fnvHash, type GeminiRequest, repairRequest } from "../gemini/mod.ts";
import { commit } from "./commit_point.ts";
import type { RelayDeps } from "./deps.ts";
import { type Attempt, runAttempts } from "./run_attempts.ts";
import { send } from "./send.ts";
import { withSearch } from "./separate_search.ts";
import { type ServedTurn, servedTurn } from "./served_turn.ts";
import type { TurnCall } from "./turn_call.ts";
import { gatheredTurn, streamedTurn, type TurnSource, wholeTurn } from "./turn_source.ts";

/** Relays one turn. A returned turn has its first real event, and nothing will be retried. */
export async function relayTurn(deps: RelayDeps, call: TurnCall): Promise<Result<ServedTurn, Failure>> {
  const request = deps.repairs.withoutBadSignatures(call.request);
  const sent = request === call.request ? call : { ...call, request };
  const repairs = deps.repairs.of(request);
  const fingerprint = () => fnvHash(JSON.stringify(request));
  const served = await runAttempts(
    deps,
    { ...sent, repairs, fingerprint },
    (attempt) => tryTurn(deps, sent, attempt),
  );
  return served.ok ? ok(servedTurn(deps, sent, served.value)) : served;
}

async function tryTurn(
  deps: RelayDeps,
  call: TurnCall,
  attempt: Attempt,
): Promise<Result<TurnSource, Failure>> {
  const { model, session } = call.leaseRequest;
  const stream = call.stream || attempt.upstream.alwaysStreams === true;
  const named = deps.nameAt?.(attempt.credential, model, call.request) ?? model;
  const wanted = repaired(call.request, attempt.requestRepairs);
  const searches = attempt.upstream.searchesApart !== undefined;
  const request = attempt.upstream.build({
    operation: stream ? "stream" : "generate",
    model: named,
    request: searches
      ? await withSearch(deps, attempt, {
        key: call.request,
        model: named,
        request: wanted,
        session,
        trace: call.trace,
      })
      : wanted,
    host: attempt.host,
    requestId: call.trace.facts.id,
    session,
    at: deps.ports.clock.now(),
  }, attempt.credential);
  call.trace.warn(request.warnings);
  const reply = await send(deps, attempt, request, { stream, model, operation: "generate" });
  if (!reply.ok) return reply;
  const gathers = stream && !call.stream;
  const input = { deps, attempt, reply: reply.value, model, keeps: gathers || call.keeps };
  const source = stream ? streamedTurn(input) : wholeTurn(input);
  const turn = await commit(gathers ? gatheredTurn(source) : source, attempt);
  if (turn.ok) attempt.trace.firstToken();
  return turn;
}

function repaired(request: GeminiRequest, requestRepairs: readonly Repair[]): GeminiRequest {
  return requestRepairs.reduce(repairRequest, request);
}
