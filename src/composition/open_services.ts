import { join } from "@std/path";
import { type Admin, type AdminDeps, createAdmin, type SettingsFile } from "../admin/mod.ts";
import { type Catalog, createCatalog } from "../catalog/mod.ts";
import { type Settings, userFolder } from "../config/mod.ts";
import {
  type Connections,
  type Credential,
  type Fetch,
  type Ports,
  type SourceName,
  throughProxy,
} from "../core/mod.ts";
import { createLedger, type LedgerService } from "../ledger/mod.ts";
import { createOAuth, type OAuthService } from "../oauth/mod.ts";
import { type CappedPool, createPool } from "../pool/mod.ts";
import { backupsIn, openStore, type Store } from "../store/mod.ts";
import {
  createConnections,
  type HomeFiles,
  type HomeWatch,
  LogFile,
  pooledFetch,
  watchHome,
} from "../system/mod.ts";
import {
  type ClientVersion,
  createClientVersion,
  hiddenModelHint,
  type Upstream,
  upstreamsOf,
} from "../upstreams/mod.ts";

/** Something that may have its own outgoing proxy. */
type Proxied = Pick<Credential, "proxy">;

/** The services of one process, except those that carry calls. */
export interface Services {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly connections: Connections;
  readonly store: Store;
  readonly ledger: LedgerService;
  readonly catalog: Catalog;
  readonly pool: CappedPool;
  readonly upstreams: ReadonlyMap<SourceName, Upstream>;
  readonly oauth: OAuthService;
  readonly admin: Admin;
  /** Whether database and key file are still what they were. */
  readonly home: HomeWatch;
  /** Closes everything, last opened first, and writes what is pending. */
  close(): Promise<void>;
}

export interface ServicesOptions {
  readonly settings: Settings;
  readonly ports: Ports;
  /** Variables of the person whose machine it is; default: the process's. */
  readonly userEnv?: Readonly<Record<string, string>>;
  readonly kv?: Deno.Kv;
  /** Where log lines go; the console by default. */
  readonly print?: (line: string) => void;
  readonly version: string;
  /** Where settings are written that are changed at run time. */
  readonly settingsFile?: SettingsFile;
  /** The calls of this process that have not ended. */
  readonly calls: AdminDeps["calls"];
  /** A short visit beside or without a server: it is on no list of processes, and takes no lease, no slice and no job. */
  readonly visitor?: boolean;
}

/** Opens store, ledger, catalog, pool, sign-ins and use-cases, in the order in which they need each other. */
export async function openServices(options: ServicesOptions): Promise<Services> {
  const { settings, settingsFile, calls, visitor = false } = options;
  const connections = createConnections();
  const ports = { ...options.ports, fetch: pooledFetch(options.ports.fetch, connections) };
  const store = await openOwnStore(options, visitor);
  const ledger = createLedger({ store, settings, ports, ...printer(options) });
  if (!visitor) {
    await noteNewDatabase(store, settings, ledger);
    await noteOpenFolder(settings, ledger);
  }
  const catalog = createCatalog({
    store,
    settings,
    clock: ports.clock,
    hint: (model) => hiddenModelHint(model, settings.antigravityUserAgent),
  });
  const version = createClientVersion();
  const upstreams = upstreamsOf(settings, version);
  if (!visitor && await isAlone(store)) await store.returnUnitsOfTheDead();
  const pool = await openPool({ settings, store, ledger, catalog, ports }, visitor);
  const fetchFor = ({ proxy }: Proxied) => {
    const pooled = pooledFetch(ports.fetch, connections, proxy);
    return proxy === undefined ? pooled : throughProxy(pooled, proxy);
  };
  const userEnv = options.userEnv ?? Deno.env.toObject();
  const oauth = openOAuth({ settings, ports, store, ledger, upstreams, pool, version }, fetchFor, userEnv);
  const base = { settings, ports, store, ledger, catalog, pool, upstreams, oauth, calls };
  const home = await watchHome(
    visitor || options.kv !== undefined ? {} : homeFiles(settings),
    ports.clock,
    (message) => ledger.log("error", "store", message),
  );
  const admin = await createAdmin({
    ...base,
    visitor,
    trouble: () => home.trouble(),
    version: options.version,
    startedAt: ports.clock.now(),
    ready: (credential, force, how) => oauth.ready(credential, force, how),
    fetchFor,
    ...(settingsFile === undefined ? {} : { settingsFile }),
  });
  return {
    ...base,
    connections,
    admin,
    home,
    async close() {
      home.close();
      await pool.close();
      await oauth.close();
      await admin.close();
      catalog.close();
      await ledger.close();
      await store.close();
      connections.close();
    },
  };
}

/** The pool with the credentials that the database has now. */
function openPool(
  { ledger, ...parts }: Pick<Services, "settings" | "store" | "ledger" | "catalog" | "ports">,
  visitor: boolean,
): Promise<CappedPool> {
  return createPool({
    ...parts,
    credentials: parts.store.config.current().credentials,
    log: (level, message, fields) => ledger.log(level, "pool", message, fields),
    visitor,
  });
}

/** The files that must be there while the program runs. */
function homeFiles({ kv, home, masterKey }: Settings): HomeFiles {
  if (kv === ":memory:") return {};
  return {
    ...(/^https?:\/\//.test(kv) ? {} : { database: kv }),
    ...(masterKey === undefined ? { secret: join(home, "secret.key") } : {}),
  };
}

async function isAlone({ processes, processId }: Store): Promise<boolean> {
  return (await processes()).every(({ id }) => id === processId);
}

function openOwnStore({ settings, ports, kv }: ServicesOptions, visitor: boolean): Promise<Store> {
  return openStore({
    path: settings.kv,
    // A database in memory leaves nothing behind, so it needs no folder.
    ...(settings.kv === ":memory:" ? {} : { home: settings.home }),
    clock: ports.clock,
    random: ports.random,
    newId: ports.newId,
    ...(settings.masterKey === undefined ? {} : { masterKey: settings.masterKey }),
    ...(kv === undefined ? {} : { kv }),
    ...(visitor ? { announce: false } : {}),
  });
}

/** Warns when a new database has backups beside it: the old one was lost, and opening silently created another. */
async function noteNewDatabase(store: Store, { kv, home }: Settings, ledger: LedgerService): Promise<void> {
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
  services: Pick<Services, "settings" | "ports" | "store" | "ledger" | "upstreams" | "pool"> & {
    readonly version: ClientVersion;
  },
  fetchFor: (credential: Proxied) => Fetch,
  userEnv: Readonly<Record<string, string>>,
): OAuthService {
  const { pool, settings } = services;
  const folder = userFolder(userEnv, Deno.build.os);
  return createOAuth({
    ...services,
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

/** Warns about a data folder that other users can read or that belongs to one. */
async function noteOpenFolder({ kv, home }: Settings, ledger: LedgerService): Promise<void> {
  if (Deno.build.os === "windows" || kv === ":memory:") return;
  const { mode, uid } = await Deno.stat(home).catch(() => ({ mode: null, uid: null }));
  if (mode === null || (mode & 0o077) === 0) return;
  const owner = uid === Deno.uid()
    ? ""
    : `belongs to uid ${uid}, this process runs as uid ${Deno.uid()}, and it `;
  const open = (mode & 0o777).toString(8);
  ledger.log(
    "warn",
    "store",
    `The data folder ${home} ${owner}has mode ${open}: others can reach the keys in it`,
  );
}

/** The destination of log lines: `print` if given, else LOG_FILE, else the console. */
function printer({ print, settings }: ServicesOptions): Pick<ServicesOptions, "print"> {
  if (print !== undefined) return { print };
  return settings.logFile === undefined ? {} : { print: new LogFile(settings.logFile).write };
}
