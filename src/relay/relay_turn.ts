import {
  type Connections,
  type CredentialId,
  type Failure,
  ok,
  type Repair,
  type Result,
  type SourceName,
  type SpareConnection,
} from "../core/mod.ts";
import {
  fnvHash,
  type GeminiRequest,
  isEmptyTurn,
  isUsable,
  repairRequest,
  type TurnEvent,
  TurnMemo,
} from "../gemini/mod.ts";
import { watchClient } from "./client_watch.ts";
import type { RelayDeps } from "./deps.ts";
import { clientGone, emptyReplyFailure } from "./failures.ts";
import { ownFault, settleOnce } from "./trace.ts";
import { type Attempt, runAttempts, type Served } from "./run_attempts.ts";
import { send } from "./send.ts";
import { withSearch } from "./separate_search.ts";
import type { TurnCall } from "./turn_call.ts";
import { gatheredTurn, streamedTurn, type TurnSource, type TurnStep, wholeTurn } from "./turn_source.ts";

/** Relays one turn. A returned turn has its first real event, and nothing will be retried. */
async function relayTurn(deps: RelayDeps, call: TurnCall): Promise<Result<ServedTurn, Failure>> {
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

/** Holds a turn back until its first real event or its end. Before that, a failure costs the client nothing. */
async function commit(
  source: TurnSource,
  attempt: Pick<Attempt, "upstream" | "afterEmpty">,
): Promise<Result<TurnSource, Failure>> {
  let held = await source.read();
  while (held.state === "more" && !held.events.some(isReal)) {
    const { events, state } = await source.read();
    held = { events: [...held.events, ...events], state };
  }
  const { events, state } = held;
  if (state === "more") return ok(resume(source, held));
  if (state === "end") {
    return isEmptyTurn(events) && !isHonest(attempt) && !shows(attempt, events)
      ? { ok: false, error: emptyReplyFailure("no content") }
      : ok(resume(source, held));
  }
  // The failure came together with the first real events: these are worth more than a second try, unless the
  // model itself garbled the turn.
  return state.class !== "empty_reply" && events.some(isReal)
    ? ok(resume(source, held))
    : { ok: false, error: state };
}

/** True for a second empty turn, which is the model's answer: asking again would not help. */
export function isHonest({ upstream, afterEmpty }: Pick<Attempt, "upstream" | "afterEmpty">): boolean {
  return afterEmpty && upstream.passThrough === undefined;
}

/** True when the turn has something to pass on; thoughts alone count, as for a streamed turn. */
function shows({ upstream }: Pick<Attempt, "upstream">, events: readonly TurnEvent[]): boolean {
  return upstream.alwaysStreams === true && events.some(isReal);
}

/** True for an event that a client would see. */
function isReal(event: TurnEvent): boolean {
  return isUsable(event) || event.type === "thought-delta";
}

/** The turn from its beginning: the held events, then the rest. */
function resume(source: TurnSource, held: TurnStep): TurnSource {
  let pending: TurnStep | undefined = held;
  return {
    read() {
      const step = pending;
      pending = undefined;
      return step ? Promise.resolve(step) : source.read();
    },
    cancel: () => source.cancel(),
  };
}

/** A turn for the client. Its holder must read it to its end or cancel it, which settles the lease. */
export interface ServedTurn extends TurnSource {
  readonly source: SourceName;
}

/** Watches a committed turn: remembers signatures, meters usage, and settles the lease exactly once. */
function servedTurn(deps: RelayDeps, call: TurnCall, served: Served<TurnSource>): ServedTurn {
  const { lease, value: turn } = served;
  const { credential } = lease;
  const memo = new TurnMemo();
  const settle = settleOnce(call.trace, served);

  function remember(event: TurnEvent): void {
    for (const one of memo.see(event)) {
      if (one.signature !== undefined || one.before.length > 0) {
        deps.signatures.remember(one, credential.id, credential.source);
      }
    }
  }

  function observe(event: TurnEvent): void {
    switch (event.type) {
      case "usage":
        call.trace.usage = event.usage;
        return;
      case "turn-end":
        call.trace.finish = event.block?.reason ?? event.finishes[0]?.reason ?? "";
    }
  }

  /** The final step of a turn that ends by a fault of this proxy's own. */
  function faulty(cause: unknown): TurnStep {
    turn.cancel();
    return { events: [], state: ownFault(deps, call.trace.facts.id, cause) };
  }

  // Calls that name no session share none.
  if (call.leaseRequest.session !== "") {
    deps.sessions.set(call.leaseRequest.session, call.leaseRequest.model, credential.id, credential.source);
  }
  return {
    source: credential.source,
    async read(): Promise<TurnStep> {
      const step = await turn.read().catch(faulty);
      const events = call.filters.length === 0 ? step.events : filtered(call, step.events);
      for (const event of step.events) observe(event);
      // The turn is remembered as the client sees it, since the client sends its calls back with those names.
      for (const event of events) remember(event);
      if (step.state === "end") settle();
      else if (step.state !== "more") settle(step.state);
      return events === step.events ? step : { ...step, events };
    },
    cancel() {
      turn.cancel();
      settle(clientGone());
    },
  };
}

function filtered(call: TurnCall, events: readonly TurnEvent[]): readonly TurnEvent[] {
  return call.filters.reduce((passed, filter) => passed.flatMap((event) => filter.push(event)), events);
}

/** One of two attempts at the same turn. */
interface Racer {
  readonly turn: Promise<Result<ServedTurn, Failure>>;
  /** Ends it; a turn that has begun is cancelled. */
  leave(): void;
}

/**
 * Asks for a turn; when its first event is not there after HEDGE_AFTER, requests the same turn with another key
 * and takes whichever begins first (0, the default, never does). The slower one is cancelled: without an effect
 * on its key, and its call stays counted, as Google has counted it.
 */
export function hedgedTurn(deps: RelayDeps, call: TurnCall): Promise<Result<ServedTurn, Failure>> {
  const { hedgeAfter } = deps.settings;
  return hedgeAfter <= 0 || call.leaseRequest.pinned !== undefined
    ? relayTurn(deps, call)
    : race(deps, call, hedgeAfter);
}

async function race(
  deps: RelayDeps,
  call: TurnCall,
  hedgeAfter: number,
): Promise<Result<ServedTurn, Failure>> {
  const first = racer(deps, call);
  const early = await orLate(deps, first.turn, hedgeAfter);
  if (early !== undefined) return early;
  const stuck = call.trace.lastCredential;
  const beside = besideOf(deps.connections);
  const second = racer({ ...deps, ...beside.deps }, {
    ...call,
    avoid: new Set<CredentialId>(stuck === undefined ? [] : [stuck]),
  });
  const turn = await firstBegun(first, second);
  beside.close();
  return turn;
}

/** Separate connections for the second attempt: the first may have got a dead one, which both would share. */
function besideOf(connections: Connections | undefined) {
  if (connections === undefined) return { deps: {}, close() {} };
  const spares = new Map<string, SpareConnection>();
  const own: Connections = {
    client(proxy = "") {
      const spare = spares.get(proxy) ?? connections.spare(proxy === "" ? undefined : proxy);
      spares.set(proxy, spare);
      return spare.client;
    },
    heard: () => {},
    reuses: () => false,
    renew: () => {},
    spare: (proxy) => connections.spare(proxy),
  };
  return { deps: { connections: own }, close: () => spares.forEach((spare) => spare.drop()) };
}

function racer(deps: RelayDeps, call: TurnCall): Racer {
  const leaving = new AbortController();
  const client = watchClient(() => AbortSignal.any([call.client.signal, leaving.signal]));
  const turn = relayTurn(deps, { ...call, client });
  return {
    turn,
    leave() {
      leaving.abort();
      turn.then((begun) => begun.ok && begun.value.cancel(), () => {});
    },
  };
}

function orLate<Value>(deps: RelayDeps, promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const late = deps.deadlines.start(ms, () => resolve(undefined));
    promise.then((value) => (late.clear(), resolve(value)), (cause) => (late.clear(), reject(cause)));
  });
}

/** The first turn that begins; when both fail, the first attempt's failure. */
async function firstBegun(first: Racer, second: Racer): Promise<Result<ServedTurn, Failure>> {
  const winner = await Promise.race([
    first.turn.then((turn) => ({ turn, mine: first, other: second })),
    second.turn.then((turn) => ({ turn, mine: second, other: first })),
  ]);
  if (winner.turn.ok) {
    winner.other.leave();
    return winner.turn;
  }
  const rest = await winner.other.turn;
  return rest.ok ? rest : await first.turn;
}
