import type { JsonObject } from "../core/mod.ts";
import type { Bucket } from "./quota/bucket.ts";
import { Caps } from "./caps/caps.ts";
import { Chooser } from "./candidates/chooser.ts";
import type { PoolEvent } from "./contract.ts";
import type { CredentialEntry } from "./candidates/credential_entry.ts";
import { Dispatcher } from "./queue/dispatcher.ts";
import { Effects } from "./leases/effects.ts";
import { Flights } from "./leases/flights.ts";
import type { PoolOptions } from "./options.ts";
import { Persistence } from "./persistence.ts";
import { Probes } from "./quota/probes.ts";
import { ProcessShare } from "./cluster/process_share.ts";
import { Roster } from "./candidates/roster.ts";
import { SetLimits } from "./quota/set_limits.ts";
import { Sharing } from "./cluster/sharing.ts";
import { Suggestions } from "./quota/suggestions.ts";

/** The pool's parts, wired; nothing is read from the store yet. */
export interface Parts {
  readonly roster: Roster;
  readonly chooser: Chooser;
  readonly memory: Persistence;
  readonly setLimits: SetLimits;
  readonly caps: Caps;
  readonly sharing: Sharing;
  readonly suggestions: Suggestions;
  readonly dispatcher: Dispatcher;
}

export function assemble(options: PoolOptions, emit: (event: PoolEvent) => void): Parts {
  const { store, settings, ports: { clock, random }, log = () => {}, visitor = false } = options;
  const roster = new Roster(options, emit);
  const memory = new Persistence(store, clock, log);
  memory.roster = roster;
  const setLimits = new SetLimits(store.config, roster, clock, (bucket) => {
    if (!visitor) memory.changed(bucket);
  });
  const share = new ProcessShare(store);
  roster.partOf = (total, id) => share.slots(total, id);
  const caps = new Caps({
    store,
    clock,
    emit,
    log,
    unitOf: (model) => roster.unitOf(model),
    live: () => share.live.length,
    visitor,
  });
  const freed = () => dispatcher.pump();
  const remember = (name: string, value: JsonObject) => memory.remember(name, value);
  const sharing = new Sharing({ store, roster, share, caps, clock, random, log, freed, remember });
  roster.adopt = (bucket) => {
    memory.adoptBucket(bucket, share.live);
    setLimits.apply(bucket);
    sharing.adopt(bucket);
  };
  const suggestions = new Suggestions(roster);
  const { chooser, flights } = choosing(options, emit, { roster, suggestions, memory, freed });
  const dispatcher: Dispatcher = new Dispatcher({
    roster,
    chooser,
    flights: () => flights,
    caps,
    clock,
    emit,
    settings,
  });
  caps.onReady(freed);
  return { roster, chooser, memory, setLimits, caps, sharing, suggestions, dispatcher };
}

interface ChoosingParts {
  readonly roster: Roster;
  readonly suggestions: Suggestions;
  readonly memory: Persistence;
  readonly freed: () => void;
}

/** What picks a credential, and what happens when its call ends. */
function choosing(
  { settings, catalog, ports: { clock, random } }: PoolOptions,
  emit: (event: PoolEvent) => void,
  { roster, suggestions, memory, freed }: ChoosingParts,
): { readonly chooser: Chooser; readonly flights: Flights } {
  const probes = new Probes();
  const chooser = new Chooser(roster, probes, random, settings);
  const learned = (what: Bucket | CredentialEntry) => memory.changed(what);
  const effects = new Effects({ roster, suggestions, random, emit, dirty: learned });
  const flights = new Flights({
    roster,
    chooser,
    probes,
    effects,
    suggestions,
    clock,
    random,
    emit,
    hasFallback: (model) => catalog.fallbacksOf(model).length > 0,
    counted: (bucket) => memory.counted(bucket),
    learned,
    freed,
  });
  return { chooser, flights };
}
