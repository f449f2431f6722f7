import type { Connections, CredentialId, Failure, Result, SpareConnection } from "../core/mod.ts";
import { watchClient } from "./client_watch.ts";
import type { RelayDeps } from "./deps.ts";
import { relayTurn } from "./relay_turn.ts";
import type { ServedTurn } from "./served_turn.ts";
import type { TurnCall } from "./turn_call.ts";

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
