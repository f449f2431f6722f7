import { folderFiles, loadAssets } from "fresh";
import { createDashboardData } from "../../components/data/dashboard_data.ts";
import { createGeminitro, type Geminitro, serve, type Serving } from "../../src/composition/mod.ts";
import { OWNER } from "../../src/core/mod.ts";
import { createApi } from "../../src/http/api/mod.ts";
import { dashboardApp } from "../../src/http/dashboard.ts";
import { createSessions, type Sessions } from "../../src/http/dashboard_session.ts";
import { serveSimulator, type SimProject, type SimulatorControl } from "../../src/sim/mod.ts";
import { systemClock } from "../../src/system/mod.ts";
import { buildDashboard } from "../../tools/build_dashboard.ts";

/** The owner's token in these tests. */
export const OWNER_TOKEN = "an-owner-token-of-tests";

export interface DashboardOptions {
  readonly projects: readonly SimProject[];
  /** Keys that are in the pool from the start, without asking Google about each. */
  readonly keys?: readonly string[];
}

/** A whole server with the dashboard, the simulator behind it, and a database that outlives its restarts. */
export interface DashboardUnderTest extends AsyncDisposable {
  readonly url: string;
  readonly simulator: SimulatorControl;
  proxy(): Geminitro;
  /** Ends the server as a crash of the machine's owner would, and starts it again on the same port and database. */
  restart(): Promise<void>;
  /** Makes one chat call as an agent would. */
  call(model?: string, agent?: string): Promise<Response>;
}

async function listen(proxy: Geminitro, port: number): Promise<Serving> {
  const { admin, ledger, ports } = proxy.rooms;
  const sessions = createSessions({
    secret: "a secret that outlives restarts",
    clock: ports.clock,
    verifyOwner: (token) => token === OWNER_TOKEN,
  });
  const auth = (request: Request) => authorize(proxy, sessions, request);
  const api = createApi({ admin, ledger, auth });
  const files = folderFiles(new URL("../../_fresh/client/", import.meta.url));
  const headers = { authorization: `Bearer ${OWNER_TOKEN}` };
  const dashboard = dashboardApp({
    data: createDashboardData(async (path) => await api.request(path, { headers })),
    sessions,
    files,
    assets: await loadAssets(files),
    startedAt: ports.clock.now(),
  });
  const fetch: Geminitro["fetch"] = async (request, info) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/api/")) return await api.fetch(request);
    if (!pathname.startsWith("/v1")) return await dashboard.fetch(request);
    return await proxy.fetch(sessions.verify(request) ? asOwner(request) : request, info);
  };
  return await serve({ ...proxy, fetch }, { host: "127.0.0.1", port });
}

function authorize(proxy: Geminitro, sessions: Sessions, request: Request) {
  const token = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  const owner = { id: OWNER, name: "owner", owner: true };
  const client = sessions.verify(request) ? owner : proxy.rooms.admin.authenticate(token);
  if (client !== undefined) return { ok: true as const, client };
  const failure = {
    class: "caller_fault",
    origin: "proxy",
    status: 401,
    message: "No.",
    cools: "nothing",
  } as const;
  return { ok: false as const, failure };
}

function asOwner(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${OWNER_TOKEN}`);
  return new Request(request, { headers });
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
  const open = () =>
    createGeminitro({
      env: {
        GEMINITRO_HOME: home,
        GEMINI_API_URL: simulator.url,
        PROXY_API_KEY: OWNER_TOKEN,
        LOG_LEVEL: "debug",
      },
      print: () => {},
    });
  let proxy = await open();
  if (options.keys !== undefined) await proxy.rooms.admin.addKeys({ keys: options.keys, validate: false });
  let serving = await listen(proxy, 0);
  const { url, port } = serving;
  return {
    url,
    simulator: simulator.control,
    proxy: () => proxy,
    async restart() {
      await serving.stop(200);
      proxy = await open();
      serving = await listen(proxy, port);
    },
    async call(model = "gemini-2.5-flash", agent = "test-agent/1.0") {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${OWNER_TOKEN}`,
          "content-type": "application/json",
          "user-agent": agent,
        },
        body: JSON.stringify({ model, messages: [{ role: "user", content: "Say hello." }] }),
      });
      await response.arrayBuffer();
      return response;
    },
    async [Symbol.asyncDispose]() {
      await serving.stop(200);
      await simulator.close();
      await Deno.remove(home, { recursive: true });
    },
  };
}
