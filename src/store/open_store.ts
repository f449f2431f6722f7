import { dirname, join } from "@std/path";
import type { Clock, NewId, Random } from "../core/mod.ts";
import { ConfigWatcher } from "../state/mod.ts";
import { damaged, isDamage } from "./check_database.ts";
import { Turns, whileLocked } from "./commit.ts";
import { openConfigRecords, openModelLists, openSettings } from "./config_records.ts";
import { openConfigStorage } from "./config_storage.ts";
import type { Store } from "./contract.ts";
import { openCredentials } from "./credentials.ts";
import { openExpiring } from "./expiring.ts";
import { vaultKey } from "./keys.ts";
import { takeLease } from "./leases.ts";
import type { KeySource } from "./master_key.ts";
import { migrate } from "./migrations.ts";
import { openPoolState } from "./pool_state.ts";
import { openPlace, type Place, placeOf, unusable } from "./place.ts";
import { Presence } from "./processes.ts";
import { Quarantine } from "./quarantine.ts";
import type { Session } from "./session.ts";
import { returnSlice, takeSlice } from "./slices.ts";
import { takeUnitsOfTheDead, UnitsInHand } from "./units_in_hand.ts";
import { reseal } from "./reseal.ts";
import { recoverSealed } from "./recover.ts";
import { openVault } from "./vault.ts";

export interface StoreOptions {
  /** A file, `:memory:`, or the https URL of a KV Connect server. */
  readonly path: string;
  /** Folder of the key file and backups, kept at mode 0700; default: the folder of a database file. */
  readonly home?: string;
  /** 32 bytes as hex or base64, or a passphrase; default: the file `secret.key` in `home`. */
  readonly masterKey?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  /** An open database to use instead of opening `path`; it is left open by `close`. */
  readonly kv?: Deno.Kv;
  /**
   * False for a short visit (a CLI command): it gets no process record, so no share of the pool is reserved for it. Default
   * true.
   */
  readonly announce?: boolean;
}

/**
 * Opens the database, creates it when it is new, and joins the processes that share it. Throws a StoreOpenError that says
 * what to do when the key is wrong or lost or the database is from a newer version; nothing is changed then.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const place = placeOf(options.path, options.home);
  const home = homeOf(options, place);
  const kv = options.kv ?? await whileLocked(() => openPlace(place, home), options.random);
  try {
    return await assemble(options, place, home, kv);
  } catch (error) {
    if (options.kv === undefined) kv.close();
    if (place.kind === "file" && isDamage(error)) throw await damaged(place.path, home, String(error));
    throw await unusable(error, place.kind === "file" ? place.path : home) ?? error;
  }
}

async function assemble(
  options: StoreOptions,
  place: Place,
  home: string | undefined,
  kv: Deno.Kv,
): Promise<Store> {
  const { clock, random, newId } = options;
  const quarantine = new Quarantine();
  const isNew = (await kv.get(vaultKey)).value === null;
  await whileLocked(() => migrate({ kv, place, clock, quarantine }), random);
  const source = keySource(options, place, home);
  const vault = await whileLocked(() => openVault(kv, source, quarantine, newId), random);
  const processId = newId("proc_");
  const session: Session = {
    kv,
    clock,
    random,
    newId,
    processId,
    quarantine,
    vault,
    turns: new Turns(),
  };
  if (vault.former !== undefined) await reseal(session, vault.former, foldersOf(place, home));
  const config = new ConfigWatcher(openConfigStorage(session), clock, random);
  await config.start();
  const presence = new Presence(session, config);
  if (options.announce ?? true) await presence.join();
  return makeStore(session, presence, {
    config,
    ownsKv: options.kv === undefined,
    isNew,
    folders: foldersOf(place, home),
    file: fileOf(place, home),
  });
}

/** The folder of the key file and backups. */
export function homeOf(options: StoreOptions, place: Place): string | undefined {
  return options.home ?? (place.kind === "file" ? place.home : undefined);
}

export function keySource(options: StoreOptions, place: Place, home: string | undefined): KeySource {
  const text = options.masterKey?.trim() ?? "";
  if (text !== "") return { kind: "text", text };
  return place.kind === "memory" || home === undefined ? { kind: "memory" } : { kind: "file", home };
}

/** Folders that may contain remains of earlier databases. */
function foldersOf(place: Place, home: string | undefined): readonly string[] {
  const own = place.kind === "file" ? [dirname(place.path)] : [];
  return [...new Set([...own, ...(home === undefined ? [] : [home, join(home, "backups")])])];
}

/** The file that represents the database on this machine. */
function fileOf(place: Place, home: string | undefined): string | undefined {
  if (place.kind === "file") return place.path;
  return place.kind === "memory" || home === undefined ? undefined : join(home, "kv");
}

interface Opened {
  readonly config: ConfigWatcher;
  readonly ownsKv: boolean;
  readonly isNew: boolean;
  readonly folders: readonly string[];
  readonly file: string | undefined;
}

function makeStore(
  session: Session,
  presence: Presence,
  { config, ownsKv, isNew, folders, file }: Opened,
): Store {
  const { kv, vault } = session;
  const inHand = new UnitsInHand(file, session.processId);
  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await presence.close();
    await config.close();
    inHand.close();
    if (ownsKv) kv.close();
  }
  return {
    kv,
    processId: session.processId,
    config,
    credentials: openCredentials(session, config),
    aliases: openConfigRecords(session, config, "alias", {
      list: ({ aliases }) => aliases,
      nameOf: ({ name }) => name,
    }),
    quotaGroups: openConfigRecords(session, config, "quota_group", {
      list: ({ quotaGroups }) => quotaGroups,
      nameOf: ({ name }) => name,
    }),
    fallbacks: openConfigRecords(session, config, "fallback", {
      list: ({ fallbacks }) => fallbacks,
      nameOf: ({ model }) => model,
    }),
    caps: openConfigRecords(session, config, "cap", {
      list: ({ caps }) => caps,
      nameOf: ({ model }) => model,
    }),
    clients: openConfigRecords(session, config, "client", {
      list: ({ clients }) => clients,
      nameOf: ({ id }) => id,
    }),
    modelLists: openModelLists(session, config),
    settings: openSettings(session, config),
    poolState: openPoolState(session),
    expiring: openExpiring(session),
    epoch: () => config.current().epoch,
    lease: (name, ttlMs) => takeLease(session, name, ttlMs),
    processes: () => presence.list(),
    takeSlice: (window, want, limit, expiresAt) => takeSlice(session, window, want, limit, expiresAt),
    returnSlice: (window, unused) => returnSlice(session, window, unused),
    noteInHand: (window, units) => inHand.set(window, units),
    async returnUnitsOfTheDead() {
      for (const [window, units] of await takeUnitsOfTheDead(file)) await returnSlice(session, window, units);
    },
    vault: {
      seal: (text) => vault.seal(text),
      open: (sealed) => vault.open(sealed),
      salt: vault.salt,
      recover: (sealed, from) => recoverSealed(vault, sealed, from, folders),
    },
    isNew,
    quarantined: () => session.quarantine.list(),
    close: () => closing ??= close(),
  };
}
