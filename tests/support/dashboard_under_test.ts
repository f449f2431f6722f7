import { folderFiles } from "fresh/files";
import type { Clock } from "../../src/core/mod.ts";
import { createGeminitro, type Geminitro, serve } from "../../src/composition/mod.ts";
import { serveSimulator, type SimProject, type SimulatorControl } from "../../src/sim/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { systemClock, systemPorts } from "../../src/system/mod.ts";
import { buildDashboard } from "../../tools/build_dashboard.ts";
import { closePages } from "./open_pages.ts";
import { removeFolder } from "./remove_folder.ts";
import { ReservedPort } from "./reserved_port.ts";

/** The owner's token in these tests. */
export const OWNER_TOKEN = "an-owner-token-of-tests";

export interface DashboardOptions {
  readonly projects: readonly SimProject[];
  /** Keys that are in the pool from the start, without asking Google about each. */
  readonly keys?: readonly string[];
  /** Further settings. */
  readonly env?: Readonly<Record<string, string>>;
  /** The home folder in which coding agents are looked for and set up; default: an empty one. */
  readonly userHome?: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** A whole server with the dashboard, the simulator behind it, and a database that outlives its restarts. */
export interface DashboardUnderTest extends AsyncDisposable {
  readonly url: string;
  readonly simulator: SimulatorControl;
  /** The settings file that the server reads and writes. */
  readonly envFile: string;
  proxy(): Geminitro;
  /** Ends the server as a crash of the machine's owner would, and starts it again on the same port and database. */
  restart(): Promise<void>;
  /** Makes one chat call as an agent would, with the owner's token or another. */
  call(model?: string, agent?: string, token?: string): Promise<Response>;
}

/** Puts keys into the database before any server is there. */
async function storeKeys(path: string, home: string, keys: readonly string[]): Promise<void> {
  const store = await openStore({ ...systemPorts(), path, home });
  for (const key of keys) await store.credentials.add({ source: "api_key", key });
  await store.close();
}

/** The environment with another home folder, so that no agent of the person who runs the tests is seen or touched. */
function envOfUser(folder: string): Record<string, string> {
  return { ...Deno.env.toObject(), HOME: folder, USERPROFILE: folder, XDG_CONFIG_HOME: `${folder}/.config` };
}

/** Starts all of it. Builds the dashboard when it is stale. */
export async function dashboardUnderTest(options: DashboardOptions): Promise<DashboardUnderTest> {
  await buildDashboard({ force: false });
  const simulator = serveSimulator({
    clock: systemClock,
    projects: options.projects,
    port: 0,
    hostname: "127.0.0.1",
    tearable: false,
  });
  const home = await Deno.makeTempDir({ prefix: "geminitro-dashboard-" });
  const database = `${home}/test.sqlite3`;
  const envFile = `${home}/.env`;
  await storeKeys(database, home, options.keys ?? []);
  await Deno.writeTextFile(envFile, `PROXY_API_KEY=${OWNER_TOKEN}\n`);
  const open = () =>
    createGeminitro({
      env: {
        GEMINITRO_HOME: home,
        GEMINITRO_KV: database,
        GEMINI_API_URL: simulator.url,
        PROXY_API_KEY: OWNER_TOKEN,
        LOG_LEVEL: "debug",
        ...options.env,
      },
      userEnv: envOfUser(options.userHome ?? home),
      print: () => {},
      envFile,
      ...(options.clock === undefined ? {} : { ports: { ...systemPorts(), clock: options.clock } }),
      dashboard: folderFiles(new URL("../../_fresh/client/", import.meta.url)),
    });
  // A restart needs the same port, which must still be free then.
  const reserved = new ReservedPort();
  const { port } = reserved;
  const listen = () => serve(proxy, { host: "127.0.0.1", port });
  let proxy = await open();
  let serving = await listen();
  const { url } = serving;
  return {
    url,
    simulator: simulator.control,
    envFile,
    proxy: () => proxy,
    async restart() {
      await serving.stop(200);
      proxy = await open();
      serving = await listen();
    },
    async call(model = "gemini-2.5-flash", agent = "test-agent/1.0", token = OWNER_TOKEN) {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "user-agent": agent,
        },
        body: JSON.stringify({ model, messages: [{ role: "user", content: "Say hello." }] }),
      });
      await response.arrayBuffer();
      return response;
    },
    async [Symbol.asyncDispose]() {
      await closePages();
      await serving.stop(200);
      await simulator.close();
      reserved[Symbol.dispose]();
      await removeFolder(home);
    },
  };
}
