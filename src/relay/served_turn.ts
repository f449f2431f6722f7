import type { SourceName } from "../core/mod.ts";
import { type TurnEvent, TurnMemo } from "../gemini/mod.ts";
import type { RelayDeps } from "./deps.ts";
import { clientGone } from "./failures.ts";
import { ownFault } from "./own_fault.ts";
import type { Served } from "./run_attempts.ts";
import { settleOnce } from "./settle.ts";
import type { TurnCall } from "./turn_call.ts";
import type { TurnSource, TurnStep } from "./turn_source.ts";

/** A turn for the client. Its holder must read it to its end or cancel it, which settles the lease. */
export interface ServedTurn extends TurnSource {
  readonly source: SourceName;
}

/** Watches a committed turn: remembers signatures, meters usage, and settles the lease exactly once. */
export function servedTurn(deps: RelayDeps, call: TurnCall, served: Served<TurnSource>): ServedTurn {
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
