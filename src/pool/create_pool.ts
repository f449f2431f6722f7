import { coalesced, type CredentialId } from "../core/mod.ts";
import { type CapProgress, Caps } from "./caps/caps.ts";
import type { Pool, PoolEvent } from "./contract.ts";
import type { PoolCatalog, PoolOptions } from "./options.ts";
import { viewOf } from "./pool_view.ts";
import { refusalsOf } from "./queue/shortage.ts";
import { standingOf } from "./standing.ts";
import { Chooser } from "./candidates/chooser.ts";
import { isOperation } from "./candidates/model_key.ts";
import { PoolState } from "./candidates/pool_state.ts";
import { PermitSource } from "./cluster/permit_source.ts";
import { ProcessShare, Sharing } from "./cluster/sharing.ts";
import { Effects } from "./leases/effects.ts";
import { LeaseManager } from "./leases/lease_manager.ts";
import { Persistence } from "./persistence.ts";
import { Dispatcher } from "./queue/dispatcher.ts";
import { Probes } from "./quota/probes.ts";
import { SetLimits } from "./quota/set_limits.ts";
import { Suggestions } from "./quota/suggestions.ts";
import { WakeUp } from "./wake_up.ts";

/** The pool with the progress of caps; admin reads both. */
export interface CappedPool extends Pool {
  capProgress(): readonly CapProgress[];
  /** Applies a quota stated by a source as the fraction left (0..1) and its reset (epoch milliseconds). */
  noteQuota(
    credential: CredentialId,
    model: string,
    quota: { readonly fraction: number; readonly resetsAt?: number },
  ): void;
}

/** Builds the pool and restores its stored state. Rejects only when the store cannot be read. */
export async function createPool(options: PoolOptions): Promise<CappedPool> {
  const listeners = new Set<(event: PoolEvent) => void>();
  const emit = (event: PoolEvent) => {
    for (const listener of [...listeners]) listener(event);
  };
  const parts = assemble(options, emit);
  const { clock } = options.ports;
  parts.setLimits.read();
  await parts.memory.load();
  parts.poolState.replace(options.credentials, clock.now());
  if (options.visitor !== true) await parts.sharing.follow();
  parts.memory.adoptEntries(parts.poolState);
  parts.memory.adoptBuckets(parts.poolState);
  recallUnspent(parts.poolState, options.catalog);
  // Stored buckets may have a limit that was removed while no server ran.
  parts.setLimits.applyToAll(parts.poolState.buckets.values());
  await parts.caps.load();
  return facade(options, parts, listeners, emit, followStore(options, parts));
}

/**
 * Makes the other buckets of models that were asked: asking had made one at every key that serves the model, but those that nobody
 * spent are not stored. Without them a day would look used up of which most projects have all.
 */
function recallUnspent(poolState: PoolState, catalog: PoolCatalog): void {
  const units = new Set([...poolState.buckets.values()].map(({ identity }) => identity.unit));
  const operations = new Set([...units].map((unit) => unit.split("#")[1] ?? "generate").filter(isOperation));
  for (const { id } of units.size === 0 ? [] : catalog.list?.() ?? []) {
    for (const operation of operations) {
      const unit = poolState.bucketUnit(id, operation);
      if (!units.has(unit)) continue;
      for (const credentialState of poolState.credentials.values()) {
        if (catalog.servedBy(id, credentialState.id, operation) === true) {
          poolState.bucketOf(credentialState, unit);
        }
      }
    }
  }
}

/**
 * Follows the configuration, except credentials, which come through `replaceCredentials`. Returns a function
 * that stops it.
 */
function followStore(
  { store, log, visitor }: PoolOptions,
  { poolState, sharing, setLimits, caps }: Parts,
): () => void {
  const report = (what: string) => (problem: unknown) =>
    log?.("error", `Could not read ${what}; the old state stays in use.`, { problem: String(problem) });
  const followProcesses = coalesced(() => sharing.follow());
  const loadCaps = coalesced(() => caps.load());
  return store.config.subscribe((next, previous) => {
    if (visitor !== true && next.processes !== previous.processes) {
      followProcesses().catch(report("the list of processes"));
    }
    // The catalog follows the same configuration and was opened earlier, so it knows the new groups.
    if (next.quotaGroups !== previous.quotaGroups) poolState.joinGroups();
    if (next.settings !== previous.settings) {
      setLimits.read();
      setLimits.applyToAll(poolState.buckets.values());
    }
    if (next.caps !== previous.caps || next.schedule !== previous.schedule) {
      loadCaps().catch(report("the caps"));
    }
  });
}

function facade(
  { settings, catalog, ports: { clock }, visitor }: PoolOptions,
  { poolState, dispatcher, suggestions, caps, sharing, memory }: Parts,
  listeners: Set<(event: PoolEvent) => void>,
  emit: (event: PoolEvent) => void,
  stopFollowing: () => void,
): CappedPool {
  const { queueMaxWait } = settings;
  return {
    acquire: (request, { signal, maxWaitMs }) =>
      dispatcher.acquire(request, signal, maxWaitMs ?? settings.queueMaxWait),
    tryAcquire: (request) => dispatcher.tryAcquire(request),
    expectedWait: (request) => dispatcher.expectedWait(request),
    view: () => viewOf(poolState, dispatcher, suggestions, clock.now()),
    standing: (model, sources, among) =>
      standingOf({ poolState, caps, catalog, queueMaxWait }, { model, sources, among }, clock.now()),
    refusals: (request) => {
      const now = clock.now();
      return refusalsOf(poolState, poolState.candidates(request, now), request, now);
    },
    lift(credential, scope) {
      const lifted = poolState.lift(credential, scope, clock.now());
      for (const one of lifted) memory.changed(one);
      emit({ type: "recovered", credential, scope: scope ?? "all" });
      dispatcher.pump();
    },
    replaceCredentials(credentials) {
      poolState.replace(credentials, clock.now());
      dispatcher.pump();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    capProgress: () => caps.progress(),
    noteQuota(credential, model, quota) {
      poolState.noteQuota(credential, model, quota, clock.now());
      dispatcher.pump();
    },
    async close() {
      stopFollowing();
      sharing.close();
      dispatcher.close();
      if (visitor !== true) await caps.close();
      await memory.close(poolState, visitor);
    },
  };
}

/** The pool's parts, wired; nothing is read from the store yet. */
interface Parts {
  readonly poolState: PoolState;
  readonly memory: Persistence;
  readonly setLimits: SetLimits;
  readonly caps: Caps;
  readonly sharing: Sharing;
  readonly suggestions: Suggestions;
  readonly dispatcher: Dispatcher;
}

/** Builds each part from those before it: no part is changed after it was made. */
function assemble(options: PoolOptions, emit: (event: PoolEvent) => void): Parts {
  const { store, settings, catalog, ports: { clock, random }, log = () => {}, visitor = false } = options;
  const wakeUp = new WakeUp();
  const projects = new Map<CredentialId, string>();
  const share = new ProcessShare(store);
  const memory = new Persistence({ store, clock, log, projects });
  const setLimits = new SetLimits(store.config, clock, (bucket) => {
    if (!visitor) memory.changed(bucket);
  });
  const permits = new PermitSource({ store, share, clock, random, log, freed: wakeUp.ring });
  const poolState = new PoolState(options, {
    emit,
    projects,
    partOf: (total, id) => share.slots(total, id),
    adopt(bucket) {
      const known = memory.adoptBucket(bucket, share.live);
      setLimits.apply(bucket);
      permits.adopt(bucket);
      return known;
    },
    forget: (bucket) => memory.forget(bucket),
  });
  const caps = new Caps({
    store,
    clock,
    emit,
    log,
    unitOf: (model) => poolState.unitOf(model),
    live: () => share.live.length,
    freed: wakeUp.ring,
    visitor,
  });
  const remember = memory.remember.bind(memory);
  const sharing = new Sharing({
    store,
    poolState,
    share,
    caps,
    permits,
    clock,
    log,
    freed: wakeUp.ring,
    remember,
  });
  const suggestions = new Suggestions(poolState);
  const probes = new Probes();
  const chooser = new Chooser(poolState, probes, random, settings);
  const effects = new Effects({
    poolState,
    suggestions,
    random,
    emit,
    dirty: (what) => memory.changed(what),
  });
  const leases = new LeaseManager({
    poolState,
    chooser,
    probes,
    effects,
    suggestions,
    clock,
    random,
    emit,
    hasFallback: (model) => catalog.fallbacksOf(model).length > 0,
    counted: (bucket) => memory.counted(bucket),
    learned: (what) => memory.changed(what),
    freed: wakeUp.ring,
  });
  const dispatcher = new Dispatcher({ poolState, chooser, leases, caps, clock, emit, settings, wakeUp });
  return { poolState, memory, setLimits, caps, sharing, suggestions, dispatcher };
}
