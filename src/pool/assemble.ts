import type { CredentialId } from "../core/mod.ts";
import { Chooser } from "./candidates/chooser.ts";
import { PoolState } from "./candidates/pool_state.ts";
import { Caps } from "./caps/caps.ts";
import { PermitSource } from "./cluster/permit_source.ts";
import { ProcessShare } from "./cluster/process_share.ts";
import { Sharing } from "./cluster/sharing.ts";
import type { PoolEvent } from "./contract.ts";
import { Effects } from "./leases/effects.ts";
import { LeaseManager } from "./leases/lease_manager.ts";
import type { PoolOptions } from "./options.ts";
import { Persistence } from "./persistence.ts";
import { Dispatcher } from "./queue/dispatcher.ts";
import { Probes } from "./quota/probes.ts";
import { SetLimits } from "./quota/set_limits.ts";
import { Suggestions } from "./quota/suggestions.ts";
import { WakeUp } from "./wake_up.ts";

/** The pool's parts, wired; nothing is read from the store yet. */
export interface Parts {
  readonly poolState: PoolState;
  readonly memory: Persistence;
  readonly setLimits: SetLimits;
  readonly caps: Caps;
  readonly sharing: Sharing;
  readonly suggestions: Suggestions;
  readonly dispatcher: Dispatcher;
}

/** Builds each part from those before it: nothing is assigned to a part after it was made. */
export function assemble(options: PoolOptions, emit: (event: PoolEvent) => void): Parts {
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
