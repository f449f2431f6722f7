import type { Credential, CredentialId } from "../core/mod.ts";
import { type CapProgress, Caps } from "./caps.ts";
import { Chooser } from "./chooser.ts";
import type { Bucket } from "./bucket.ts";
import type { CredentialEntry } from "./credential_entry.ts";
import type { Pool, PoolEvent } from "./contract.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Effects } from "./effects.ts";
import { Flights } from "./flights.ts";
import type { PoolOptions } from "./options.ts";
import { viewOf } from "./pool_view.ts";
import { Persistence } from "./persistence.ts";
import { Probes } from "./probes.ts";
import { ProcessShare } from "./process_share.ts";
import { Roster } from "./roster.ts";
import { applySetLimits, BUCKET_LIMITS } from "./set_limits.ts";
import { Sharing } from "./sharing.ts";
import { Suggestions } from "./suggestions.ts";

/** The pool and how the caps stand; admin reads both. */
export interface CappedPool extends Pool {
  capProgress(): readonly CapProgress[];
  /** Takes over a quota that a source states as a fraction left (0..1), and when it resets (epoch milliseconds). */
  noteQuota(
    credential: CredentialId,
    model: string,
    quota: { readonly fraction: number; readonly resetsAt?: number },
  ): void;
}

/** Builds the pool and restores what it knew. Rejects only when the store cannot be read. */
export async function createPool(options: PoolOptions): Promise<CappedPool> {
  const { clock, random } = options.ports;
  const listeners = new Set<(event: PoolEvent) => void>();
  const emit = (event: PoolEvent) => {
    for (const listener of [...listeners]) listener(event);
  };
  const log = options.log ?? (() => {});
  const roster = new Roster(options, emit);
  const memory = new Persistence(options.store, clock, log);
  memory.roster = roster;
  let setLimits = await options.store.settings.get(BUCKET_LIMITS);
  const readSetLimits = async () => {
    setLimits = await options.store.settings.get(BUCKET_LIMITS);
    for (const bucket of roster.buckets.values()) applySetLimits(bucket, setLimits, clock.now());
  };
  const share = new ProcessShare(options.store);
  roster.partOf = (total, id) => share.slots(total, id);
  roster.adopt = (bucket) => {
    memory.adoptBucket(bucket);
    applySetLimits(bucket, setLimits, clock.now());
    sharing.adopt(bucket);
  };
  const caps = new Caps({
    store: options.store,
    clock,
    emit,
    log,
    unitOf: (model) => roster.unitOf(model),
    live: () => share.live.length,
  });
  const freed = () => dispatcher.pump();
  const sharing: Sharing = new Sharing({
    store: options.store,
    roster,
    share,
    caps,
    clock,
    random,
    log,
    freed,
  });
  const probes = new Probes();
  const suggestions = new Suggestions(roster);
  const chooser = new Chooser(roster, probes, random, options.settings);
  const dirty = (what: Bucket | CredentialEntry) => memory.changed(what);
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
    counted: (bucket) => memory.counted(bucket),
    learned: dirty,
    freed,
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
  caps.onReady(freed);
  await memory.load();
  roster.replace(options.credentials, clock.now());
  await sharing.follow();
  memory.adoptEntries(roster);
  await caps.load();
  const stopListening = options.store.onEpoch(() => {
    sharing.follow().catch((problem) =>
      log("error", "Could not read the processes.", { problem: String(problem) })
    );
    readSetLimits().catch((problem) =>
      log("error", "Could not read the limits set.", { problem: String(problem) })
    );
    caps.load().catch((problem) => log("error", "Could not read the caps.", { problem: String(problem) }));
  });
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
    capProgress: () => caps.progress(),
    noteQuota(credential, model, quota) {
      roster.noteQuota(credential, model, quota, clock.now());
      dispatcher.pump();
    },
    async close() {
      stopListening();
      sharing.close();
      dispatcher.close();
      await caps.close();
      await memory.close(roster);
    },
  };
}
