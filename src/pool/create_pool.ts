import type { Credential, CredentialId } from "../core/mod.ts";
import { type CapGate, NO_CAPS } from "./cap_gate.ts";
import { Chooser } from "./chooser.ts";
import type { Pool, PoolEvent } from "./contract.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Effects } from "./effects.ts";
import { Flights } from "./flights.ts";
import type { PoolOptions } from "./options.ts";
import { viewOf } from "./pool_view.ts";
import { Probes } from "./probes.ts";
import { Roster } from "./roster.ts";
import { Suggestions } from "./suggestions.ts";

/** Builds the pool and restores what it knew. Rejects only when the store cannot be read. */
export async function createPool(options: PoolOptions): Promise<Pool> {
  await Promise.resolve();
  const { clock, random } = options.ports;
  const listeners = new Set<(event: PoolEvent) => void>();
  const emit = (event: PoolEvent) => {
    for (const listener of [...listeners]) listener(event);
  };
  const caps: CapGate = NO_CAPS;
  const roster = new Roster(options, emit);
  const probes = new Probes();
  const suggestions = new Suggestions(roster);
  const chooser = new Chooser(roster, probes, random, options.settings);
  const dirty = () => {};
  const effects = new Effects({ roster, suggestions, random, emit, dirty });
  const flights: Flights = new Flights({
    roster,
    chooser,
    probes,
    effects,
    suggestions,
    clock,
    random,
    emit,
    hasFallback: (model) => options.catalog.fallbacksOf(model).length > 0,
    counted: dirty,
    learned: dirty,
    freed: () => dispatcher.pump(),
  });
  const dispatcher: Dispatcher = new Dispatcher({
    roster,
    chooser,
    flights: () => flights,
    caps,
    clock,
    emit,
    settings: options.settings,
  });
  caps.onReady(() => dispatcher.pump());
  roster.replace(options.credentials, clock.now());
  return {
    acquire: (need, { signal, maxWaitMs }) =>
      dispatcher.acquire(need, signal, maxWaitMs ?? options.settings.queueMaxWait),
    tryAcquire: (need) => dispatcher.tryAcquire(need),
    expectedWait: (need) => dispatcher.expectedWait(need),
    view: () => viewOf(roster, dispatcher, suggestions, clock.now()),
    lift(credential: CredentialId, scope?: string) {
      roster.lift(credential, scope, clock.now());
      emit({ type: "recovered", credential, scope: scope ?? "all" });
      dispatcher.pump();
    },
    replaceCredentials(credentials: readonly Credential[]) {
      roster.replace(credentials, clock.now());
      dispatcher.pump();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      dispatcher.close();
      return Promise.resolve();
    },
  };
}
