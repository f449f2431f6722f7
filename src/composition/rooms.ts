import { join } from "node:path";
import { type Admin, createAdmin } from "../admin/mod.ts";
import { type Catalog, createCatalog } from "../catalog/mod.ts";
import { type Settings, userFolder } from "../config/mod.ts";
import type { Connections, Credential, Fetch, Ports, SourceName } from "../core/mod.ts";
import { createLedger, type LedgerRoom } from "../ledger/mod.ts";
import { createOAuth, type OAuthRoom } from "../oauth/mod.ts";
import { type CappedPool, createPool } from "../pool/mod.ts";
import {
  ActiveCalls,
  Bag,
  createDeadlines,
  createSessionMemory,
  createSignatureMemory,
  FirstBytes,
  type RelayDeps,
} from "../relay/mod.ts";
import { saveOwnerKey } from "./owner_key_file.ts";
import { backupsIn, openStore, type Store } from "../store/mod.ts";
import { createConnections, createProxyOf, createReachHost, pooledFetch } from "../system/mod.ts";
import { type Upstream, upstreamsOf } from "../upstreams/mod.ts";

/** Whoever has an outgoing proxy of its own, or none. */
type Proxied = Pick<Credential, "proxy">;

/** Every room of one process, opened. */
export interface Rooms {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly store: Store;
  readonly ledger: LedgerRoom;
  readonly catalog: Catalog;
  readonly pool: CappedPool;
  readonly upstreams: ReadonlyMap<SourceName, Upstream>;
  /** In flight or waiting. */
  readonly calls: ActiveCalls;
  readonly relay: RelayDeps;
  readonly admin: Admin;
  readonly oauth: OAuthRoom;
  /** Aborted first: open event streams end, nothing new begins. */
  readonly draining: AbortController;
  /** Aborted when patience ends: running calls break off, in their dialect's own words. */
  readonly shutdown: AbortController;
  /** Lets go of everything, last opened first; what is pending is written. */
  close(): Promise<void>;
}

export interface RoomsOptions {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly kv?: Deno.Kv;
  /** Where log lines go; the console by default. */
  readonly print?: (line: string) => void;
  readonly version: string;
  /** Where `.env` lies, for settings that are changed at run time. */
  readonly envFile?: string;
}

/** Opens the rooms in the order in which they need each other. */
export async function openRooms(options: RoomsOptions): Promise<Rooms> {
  const { settings, envFile } = options;
  const connections = createConnections();
  const ports = { ...options.ports, fetch: pooledFetch(options.ports.fetch, connections) };
  const store = await openStore({
    path: settings.kv,
    // A database in memory leaves nothing behind, so it needs no folder.
    ...(settings.kv === ":memory:" ? {} : { home: settings.home }),
    clock: ports.clock,
    random: ports.random,
    newId: ports.newId,
    ...(settings.masterKey === undefined ? {} : { masterKey: settings.masterKey }),
    ...(options.kv === undefined ? {} : { kv: options.kv }),
  });
  const ledger = createLedger({
    store,
    settings,
    ports,
    ...(options.print === undefined ? {} : { print: options.print }),
  });
  await noteNewDatabase(store, settings, ledger);
  const onProblem = (problem: unknown) =>
    ledger.log("error", "config", "The model lists could not be read again", {
      error: String(problem).slice(0, 300),
    });
  const catalog = await createCatalog({ store, settings, clock: ports.clock, onProblem });
  const upstreams = upstreamsOf(settings);
  const pool = await createPool({
    store,
    settings,
    catalog,
    ports,
    credentials: await store.credentials.list(),
    log: (level, message, fields) => ledger.log(level, "pool", message, fields),
  });
  const shutdown = new AbortController();
  const fetchFor = ({ proxy }: Proxied) => pooledFetch(ports.fetch, connections, proxy);
  const oauth = openOAuth({ settings, ports, store, ledger, upstreams, pool }, fetchFor);
  const calls = new ActiveCalls();
  const base = { settings, ports, store, ledger, catalog, pool, upstreams, oauth, calls };
  const relay = relayDeps(base, connections, shutdown.signal);
  const admin = await createAdmin({
    ...base,
    version: options.version,
    startedAt: ports.clock.now(),
    ready: relay.ready,
    fetchFor,
    ...(envFile === undefined
      ? {}
      : { saveOwnerKey: (key: string, inUse: readonly string[]) => saveOwnerKey(envFile, key, inUse) }),
  });
  const rooms = { ...base, relay, admin, draining: new AbortController(), shutdown };
  return {
    ...rooms,
    async close() {
      await closeRooms(rooms);
      connections.close();
    },
  };
}

/** A database that is lost is made anew without a word by whoever opens it: backups beside a new one tell of the loss. */
async function noteNewDatabase(store: Store, { kv, home }: Settings, ledger: LedgerRoom): Promise<void> {
  if (!store.isNew || kv === ":memory:") return;
  const newest = (await backupsIn(join(home, "backups")).catch(() => [])).at(-1);
  if (newest === undefined) return;
  ledger.log(
    "warn",
    "store",
    `The database is new, but there are backups of an earlier one: geminitro import ${newest} brings back what was in it`,
    { database: kv },
  );
}

function openOAuth(
  rooms: Pick<Rooms, "settings" | "ports" | "store" | "ledger" | "upstreams" | "pool">,
  fetchFor: (credential: Proxied) => Fetch,
): OAuthRoom {
  const { pool, settings } = rooms;
  const folder = userFolder(Deno.env.toObject(), Deno.build.os);
  return createOAuth({
    ...rooms,
    settings,
    fetchFor,
    ...(folder === undefined ? {} : { userFolder: folder }),
    pool: {
      noteQuota(credential, model, fraction, resetsAt) {
        if (typeof model !== "string" || fraction === undefined) return;
        pool.noteQuota(credential, model, { fraction, ...(resetsAt === undefined ? {} : { resetsAt }) });
      },
      subscribe: (listener) => pool.subscribe(listener),
    },
  });
}

function relayDeps(
  rooms: Pick<Rooms, "settings" | "ports" | "store" | "ledger" | "pool" | "upstreams" | "oauth" | "calls">,
  connections: Connections,
  shutdown: AbortSignal,
): RelayDeps {
  const { settings, ports, store, ledger, pool, upstreams } = rooms;
  const running: RelayDeps["running"] = new Bag();
  const reachHost = createReachHost((name) => Deno.env.get(name));
  shutdown.addEventListener("abort", () => {
    for (const request of running.list()) request.abort();
  }, { once: true });
  return {
    ports,
    settings,
    pool,
    upstreams,
    ledger,
    deadlines: createDeadlines(ports.clock),
    signatures: createSignatureMemory(store),
    sessions: createSessionMemory(),
    shutdown,
    running,
    calls: rooms.calls,
    ready: (credential, force) => rooms.oauth.ready(credential, force),
    // What a credential's own proxy can reach is not known here, but it must be there itself.
    reach: (url, { proxy = url }, ms) => reachHost(proxy, ms),
    connections,
    firstBytes: new FirstBytes(),
    proxyOf: createProxyOf((name) => Deno.env.get(name)),
  };
}

async function closeRooms(rooms: Omit<Rooms, "close">): Promise<void> {
  rooms.draining.abort();
  rooms.shutdown.abort();
  await rooms.pool.close();
  await rooms.oauth.close();
  await rooms.admin.close();
  rooms.relay.deadlines.close();
  rooms.catalog.close();
  await rooms.relay.signatures.flush();
  await rooms.ledger.close();
  await rooms.store.close();
}
