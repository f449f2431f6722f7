import manifest from "../../deno.json" with { type: "json" };
import { type Environment, loadSettings } from "../config/mod.ts";
import { describeFault, type Ports } from "../core/mod.ts";
import { createApp, createFronts, type PeerInfo } from "../http/mod.ts";
import type { LocalClient } from "../management/client.ts";
import { type JobDeps, runDueJobs } from "../jobs/mod.ts";
import { systemPorts } from "../system/mod.ts";
import { type Access, openAccess } from "./access.ts";
import type { AgentsHere, AgentsPortOptions } from "./agents_port.ts";
import { type DashboardFiles, dashboardMount, onFirstUse } from "./dashboard_mount.ts";
import { type Management, managementOnUse } from "./management_on_use.ts";
import { proxyApp } from "./proxy_app.ts";
import { Replays } from "./replay.ts";
import { type RunningServices, startServices } from "./running_services.ts";
import { traceCalls } from "./traces.ts";
import { openSettingsFile, SettingsError } from "./settings_file.ts";

export interface GeminitroOptions {
  /** Variables as in docs/configuration.md; nothing else is read. Default: none, so every default holds. */
  readonly env?: Environment;
  /**
   * Variables of the person whose machine it is (HOME, PATH and the like), by which coding agents and the accounts that other
   * programs keep are found; default: the process's.
   */
  readonly userEnv?: Readonly<Record<string, string>>;
  /** Time, chance, names and network; default: the machine's. */
  readonly ports?: Ports;
  /** An open database instead of GEMINITRO_KV; it is left open by `close`. */
  readonly kv?: Deno.Kv;
  /** Where log lines go; default: the console. */
  readonly print?: (line: string) => void;
  /** Path of the program's `.env`, for settings that are changed at run time; without it they cannot be changed. */
  readonly envFile?: string;
  /** The dashboard's built files; without them there is no dashboard. */
  readonly dashboard?: DashboardFiles;
}

/** A whole proxy without a socket. */
export interface Geminitro {
  /** Answers one request; `info` carries the peer's address when there is a socket. */
  readonly fetch: (request: Request, info?: PeerInfo) => Promise<Response>;
  readonly services: RunningServices;
  /** The management API as functions, with the owner's rights. */
  readonly client: LocalClient;
  /** Runs the background jobs that are due; called by the platform's cron. */
  runJobs(): Promise<void>;
  /** Ends open event streams, before the sockets are closed. */
  drain(): void;
  /** Aborts running calls. */
  abort(): void;
  /** Closes everything and writes what is pending. */
  close(): Promise<void>;
}

/** Makes a proxy. Throws SettingsError for a setting that does not parse, StoreOpenError for a database that cannot be used. */
export async function createGeminitro(options: GeminitroOptions = {}): Promise<Geminitro> {
  const env = withHome(options.env ?? {});
  const settings = loadSettings(env);
  if (!settings.ok) throw new SettingsError(settings.error);
  const ports = options.ports ?? systemPorts();
  // Read at the start, so that a later change of the environment has no effect.
  const userEnv = options.userEnv ?? Deno.env.toObject();
  const services = await startServices({
    settings: settings.value,
    userEnv,
    version: VERSION,
    ports,
    ...(options.kv === undefined ? {} : { kv: options.kv }),
    ...(options.envFile === undefined ? {} : { settingsFile: await openSettingsFile(options.envFile, env) }),
    ...(options.print === undefined ? {} : { print: options.print }),
  });
  const stopTraces = await traceCalls(options.env ?? {}, services.ledger);
  await addKeysOfSettings(services);
  const access = await openAccess(services);
  const agents = agentsOnUse(services, userEnv);
  const replays = new Replays(services);
  const proxy = proxyApp(services, replays.gate(access.gate), replays.pinOf);
  const management = managementOnUse(services, access, { agents, replay: replays.port(proxy) });
  const app = createApp({
    onFault: faultLogger(services),
    proxy,
    api: management.api,
    ...(options.dashboard === undefined
      ? {}
      : { dashboard: dashboardOf(services, access, management, options.dashboard) }),
  });
  const fronts = createFronts(settings.value);
  return {
    fetch: fronts === undefined ? app.fetch : async (request, info) => {
      const seen = fronts(request, info?.peer ?? "");
      return await seen.dress(await app.fetch(seen.request, { ...info, peer: seen.peer }));
    },
    services,
    client: management.client,
    runJobs: async () => void await runDueJobs(jobDeps(services, agents)),
    drain() {
      services.draining.abort();
      management.endStreams();
    },
    abort: () => services.shutdown.abort(),
    close() {
      stopTraces();
      return services.close();
    },
  };
}

/** Sets a data folder for a database in memory, which needs none. */
function withHome(env: Environment): Environment {
  return env["GEMINITRO_KV"] === ":memory:" ? { GEMINITRO_HOME: ".geminitro", ...env } : env;
}

function dashboardOf(
  services: RunningServices,
  { sessions }: Access,
  management: Management,
  files: DashboardFiles,
) {
  return dashboardMount({
    files,
    sessions,
    management,
    startedAt: services.admin.startedAt,
    onFault: faultLogger(services),
  });
}

/** Logs a fault of our own, without secrets. */
function faultLogger({ ledger }: RunningServices): (cause: unknown) => void {
  return (cause) =>
    ledger.log("error", "server", "A request failed inside the proxy", { error: describeFault(cause) });
}

function jobDeps(services: RunningServices, agents: AgentsHere): JobDeps {
  const { store, settings, ledger, admin, ports, draining, oauth } = services;
  return {
    store,
    settings,
    ledger,
    admin,
    clock: ports.clock,
    signal: draining.signal,
    refreshQuotas: (signal) => oauth.pollQuotas(signal),
    // A database in memory is a trial: its models must not change agents' files.
    ...(settings.kv === ":memory:" ? {} : { refreshAgents: () => agents.refresh() }),
  };
}

/** GEMINI_API_KEYS are added unless they are there; Google is asked for their models in the background, so that the start never waits. */
async function addKeysOfSettings(services: RunningServices): Promise<void> {
  const { settings, store, admin, ledger } = services;
  if (settings.geminiApiKeys.length > 0) {
    await admin.addKeys({ keys: settings.geminiApiKeys, validate: false });
  }
  const { credentials, modelLists } = store.config.current();
  const listed = new Set(modelLists.map((list) => list.credential));
  const unlisted = credentials.filter((credential) => !listed.has(credential.id));
  if (unlisted.length === 0) return;
  admin.refreshModels(services.draining.signal, unlisted.map((credential) => credential.id)).catch(
    (cause) => {
      if (!services.draining.signal.aborted) {
        ledger.log("warn", "key", "The models of new keys could not be read", { error: String(cause) });
      }
    },
  );
}

/** The agents of this machine, loaded on first use, as they need three parsers of configuration files. */
function agentsOnUse(options: AgentsPortOptions, env: Readonly<Record<string, string>>): AgentsHere {
  const agents = onFirstUse(async () => {
    // The path is two strings: see cli.ts.
    const { agentsPort } = await import("./agents_port" + ".ts") as typeof import("./agents_port.ts");
    return agentsPort(options, env);
  });
  return {
    list: async () => (await agents()).list(),
    install: async (wanted) => (await agents()).install(wanted),
    refresh: async () => (await agents()).refresh(),
  };
}

/** As stamped in deno.json. */
const VERSION: string = manifest.version;
