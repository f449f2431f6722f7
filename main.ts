/**
 * The server: settings, services, sockets, the minute's jobs and an orderly end. `deno task start` and `geminitro start` both
 * come here.
 *
 * @module
 */
import { developmentFiles } from "fresh/files";
import { dashboardFiles } from "./mod.ts";
import {
  createGeminitro,
  environmentInWorker,
  environmentOfWorker,
  type Geminitro,
  isWorker,
  keepGoing,
  PATIENCE_MS,
  serve,
  type Serving,
  superviseWorkers,
  supervisorEnd,
  whyOneProcess,
  workerCommand,
  type Workers,
} from "./src/composition/mod.ts";
import { whenWorthCollecting } from "./src/core/mod.ts";
import { collectGarbage, endSignal, keepCallsHome, paced } from "./src/system/mod.ts";
import {
  envFilePath,
  type Environment,
  misspeltSettings,
  readEnvFile,
  readEnvironment,
} from "./src/config/mod.ts";

/** A server that listens. */
export interface Running extends Serving {
  readonly proxy: Geminitro;
  /** The further processes of WORKERS. */
  readonly workers: Workers;
}

export interface StartOptions {
  /** Default: the process environment and this program's own .env. */
  readonly env?: Environment;
  /** Where log lines go; default: the console. */
  readonly print?: (line: string) => void;
}

/** The checkout this runs from; absent for the compiled program, whose .env lies in its data folder. */
export const PROJECT_DIR = Deno.build.standalone ? undefined : import.meta.dirname;

const running = new Set<Geminitro>();

// Registered at the top level, as the platform asks: what is due is done each minute, by one process of a database.
if (!isWorker()) {
  Deno.cron("geminitro jobs", "* * * * *", async () => {
    for (const proxy of running) await proxy.runJobs();
  });
}

let watched = false;

/** Tells what failed behind everybody's back in the log of the servers of this process, lets them serve on, and bounds their garbage. */
function keepServing(): void {
  if (watched) return;
  watched = true;
  whenWorthCollecting(paced(collectGarbage));
  keepGoing((message, error) => {
    for (const { services } of running) services.ledger.log("error", "server", message, { error });
    if (running.size === 0) console.error(`${message}: ${error}`);
  });
}

/** The built files; while developing, Vite serves them and only `static/` is read here. */
function filesOfPages() {
  return Deno.env.has("DEV") ? developmentFiles(new URL("./static/", import.meta.url)) : dashboardFiles();
}

/** Starts a server. Throws SettingsError, StoreOpenError or Deno.errors.AddrInUse with what to do about it. */
export async function startServer(options: StartOptions = {}): Promise<Running> {
  keepCallsHome();
  const given = options.env ??
    await readEnvironment(PROJECT_DIR === undefined ? {} : { projectDir: PROJECT_DIR });
  const projectDir = given["GEMINITRO_PROJECT"] || PROJECT_DIR;
  const envFile = envFilePath({ env: given, ...(projectDir === undefined ? {} : { projectDir }) });
  const env = isWorker() ? await environmentInWorker(given, envFile) : given;
  const proxy = await createGeminitro({
    env,
    ...(envFile === undefined ? {} : { envFile }),
    dashboard: filesOfPages(),
    ...(options.print === undefined ? {} : { print: options.print }),
  });
  const { host, port } = proxy.services.settings;
  await tellMisspelt(proxy, envFile);
  try {
    const further = furtherProcesses(proxy);
    const serving = await serve(proxy, {
      host,
      port,
      reusePort: further > 0 || isWorker(),
      joins: isWorker(),
    });
    running.add(proxy);
    keepServing();
    const workers = startWorkers(proxy, await environmentOfWorker(env, envFile), serving.port, further);
    const stop = async (patienceMs = PATIENCE_MS) => {
      running.delete(proxy);
      await Promise.all([serving.stop(patienceMs), workers.stop(patienceMs)]);
    };
    return { ...serving, stop, proxy, workers };
  } catch (cause) {
    await proxy.close();
    throw cause;
  }
}

/** Names that were meant as settings and are none: without a word they would be believed to hold. */
async function tellMisspelt({ services: { ledger } }: Geminitro, envFile: string | undefined): Promise<void> {
  if (isWorker()) return;
  const file = envFile === undefined ? {} : await readEnvFile(envFile);
  for (const message of misspeltSettings(Deno.env.toObject(), file, envFile)) {
    ledger.log("warn", "config", message);
  }
}

/** How many processes serve beside this one. What is in the way of WORKERS is said, and one serves alone. */
function furtherProcesses({ services: { settings, ledger } }: Geminitro): number {
  if (settings.workers === 1 || isWorker()) return 0;
  const why = whyOneProcess(settings.kv);
  if (why === undefined) return settings.workers - 1;
  ledger.log("warn", "server", `WORKERS is ${settings.workers}, but one process serves: ${why}`);
  return 0;
}

function startWorkers({ services }: Geminitro, env: Environment, port: number, count: number): Workers {
  const { ledger, ports: { clock } } = services;
  const mains = ["cli.ts", "geminitro.js"].map((name) => new URL(name, import.meta.url).href);
  const command = workerCommand([import.meta.url, ...mains], env, port);
  if (command === undefined && count > 0) {
    throw new Error("WORKERS above 1 needs main.ts or cli.ts to be the program that runs");
  }
  return superviseWorkers({
    count: command === undefined ? 0 : count,
    command: command ?? { program: "", args: [], env: {} },
    clock,
    log: (level, message, fields) => ledger.log(level, "server", message, fields),
  });
}

/** What a process does that another one of this program started to serve beside it; gives the exit code. */
export async function runWorker(): Promise<number> {
  const asked = Promise.race([endSignal(), supervisorEnd()]);
  const server = await startServer({ env: Deno.env.toObject() });
  await asked;
  await server.stop();
  return 0;
}

async function runServer(): Promise<number> {
  const server = await startServer();
  // Before it says that it listens: whoever reads that may end it at once.
  const asked = endSignal();
  console.log(`GemiNitro listens at ${server.url}/v1, dashboard at ${server.url}/dashboard`);
  await asked;
  await server.stop();
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await (isWorker() ? runWorker() : runServer()));
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : String(cause));
    Deno.exit(1);
  }
}
