import { type Catalog, createCatalog } from "../catalog/mod.ts";
import type { Settings } from "../config/mod.ts";
import { type Credential, type Failure, ok, type Ports, type Result, type SourceName } from "../core/mod.ts";
import { createLedger, type LedgerRoom } from "../ledger/mod.ts";
import { createPool, type Pool } from "../pool/mod.ts";
import {
  createDeadlines,
  createSessionMemory,
  createSignatureMemory,
  type RelayDeps,
  type SignatureMemory,
} from "../relay/mod.ts";
import { openStore, type Store } from "../store/mod.ts";
import { createAiStudio, type Upstream } from "../upstreams/mod.ts";

/** Every room of one process, opened. */
export interface Rooms {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly store: Store;
  readonly ledger: LedgerRoom;
  readonly catalog: Catalog;
  readonly pool: Pool;
  readonly upstreams: ReadonlyMap<SourceName, Upstream>;
  readonly relay: RelayDeps;
  /** Lets go of everything, last opened first; what is pending is written. */
  close(): Promise<void>;
}

export interface RoomsOptions {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly kv?: Deno.Kv;
  /** Where log lines go; the console by default. */
  readonly print?: (line: string) => void;
}

/** Opens the rooms in the order in which they need each other. */
export async function openRooms(options: RoomsOptions): Promise<Rooms> {
  const { settings, ports } = options;
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
  const onProblem = (problem: unknown) =>
    ledger.log("error", "config", "The model lists could not be read again", {
      error: String(problem).slice(0, 300),
    });
  const catalog = await createCatalog({ store, settings, clock: ports.clock, onProblem });
  const upstreams = new Map<SourceName, Upstream>([[
    "api_key",
    createAiStudio({ url: settings.geminiApiUrl }),
  ]]);
  const pool = await createPool({
    store,
    settings,
    catalog,
    ports,
    credentials: await store.credentials.list(),
    log: (level, message, fields) => ledger.log(level, "pool", message, fields),
  });
  const relay = relayDeps({ settings, ports, store, ledger, pool, upstreams });
  return {
    settings,
    ports,
    store,
    ledger,
    catalog,
    pool,
    upstreams,
    relay,
    close: () => closeRooms({ relay, catalog, pool, ledger, store, signatures: relay.signatures }),
  };
}

function relayDeps(
  rooms: Pick<Rooms, "settings" | "ports" | "store" | "ledger" | "pool" | "upstreams">,
): RelayDeps {
  const { settings, ports, store, ledger, pool, upstreams } = rooms;
  const clients = new Map<string, Deno.HttpClient>();
  return {
    ports,
    settings,
    pool,
    upstreams,
    ledger,
    deadlines: createDeadlines(ports.clock),
    signatures: createSignatureMemory(store),
    sessions: createSessionMemory(),
    shutdown: new AbortController().signal,
    ready: (credential): Promise<Result<Credential, Failure>> => Promise.resolve(ok(credential)),
    clientFor(credential) {
      const { proxy } = credential;
      if (proxy === undefined) return undefined;
      const client = clients.get(proxy) ?? Deno.createHttpClient({ proxy: { url: proxy } });
      clients.set(proxy, client);
      return client;
    },
  };
}

interface Closing {
  readonly relay: RelayDeps;
  readonly catalog: Catalog;
  readonly pool: Pool;
  readonly ledger: LedgerRoom;
  readonly store: Store;
  readonly signatures: SignatureMemory;
}

async function closeRooms({ relay, catalog, pool, ledger, store, signatures }: Closing): Promise<void> {
  await pool.close();
  relay.deadlines.close();
  catalog.close();
  await signatures.flush();
  await ledger.close();
  await store.close();
}
