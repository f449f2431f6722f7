import { coalesced, type CredentialId } from "../core/mod.ts";
import { assemble, type Parts } from "./assemble.ts";
import type { CapProgress } from "./caps/caps.ts";
import type { Pool, PoolEvent } from "./contract.ts";
import type { PoolOptions } from "./options.ts";
import { viewOf } from "./pool_view.ts";
import { refusalsOf } from "./queue/shortage.ts";
import { standingOf } from "./standing.ts";

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
  // What was stored may carry a limit that was taken away while no server ran.
  parts.setLimits.applyToAll(parts.poolState.buckets.values());
  await parts.caps.load();
  return facade(options, parts, listeners, emit, followStore(options, parts));
}

/** Follows what is configured: credentials apart, which come through `replaceCredentials`. Returns how to stop. */
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
    // The catalog follows the same configuration and was opened before: it knows the new groups.
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
