/**
 * The server: settings, rooms, sockets, the minute's jobs and an orderly end. `deno task start` and `geminitro start` both
 * come here.
 *
 * @module
 */
import { developmentFiles, folderFiles } from "fresh";
import { createGeminitro, type Geminitro, serve, type Serving } from "./src/composition/mod.ts";
import { type Environment, readEnvironment } from "./src/config/mod.ts";

/** A server that listens. */
export interface Running extends Serving {
  readonly proxy: Geminitro;
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
Deno.cron("geminitro jobs", "* * * * *", async () => {
  for (const proxy of running) await proxy.runJobs();
});

/** The built files beside this program; while developing, Vite serves them and only `static/` is read here. */
function dashboardFiles() {
  const still = new URL("./static/", import.meta.url);
  return Deno.env.has("DEV")
    ? developmentFiles(still)
    : folderFiles(new URL("./_fresh/client/", import.meta.url), still);
}

/** Starts a server. Throws SettingsError, StoreOpenError or Deno.errors.AddrInUse with what to do about it. */
export async function startServer(options: StartOptions = {}): Promise<Running> {
  const env = options.env ??
    await readEnvironment(PROJECT_DIR === undefined ? {} : { projectDir: PROJECT_DIR });
  const proxy = await createGeminitro({
    env,
    dashboard: dashboardFiles(),
    ...(options.print === undefined ? {} : { print: options.print }),
  });
  const { host, port } = proxy.rooms.settings;
  try {
    const serving = await serve(proxy, { host, port });
    running.add(proxy);
    const stop = async (patienceMs?: number) => {
      running.delete(proxy);
      await serving.stop(patienceMs);
    };
    return { ...serving, stop, proxy };
  } catch (cause) {
    await proxy.close();
    throw cause;
  }
}

/** Resolves with the name of the first signal that asks the process to end. */
export function endSignal(): Promise<Deno.Signal> {
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  return new Promise((resolve) => {
    const listeners = signals.map((signal) => {
      const listener = () => {
        for (const [name, known] of listeners) Deno.removeSignalListener(name, known);
        resolve(signal);
      };
      Deno.addSignalListener(signal, listener);
      return [signal, listener] as const;
    });
  });
}

if (import.meta.main) {
  try {
    const server = await startServer();
    console.log(`GemiNitro listens at ${server.url}/v1, dashboard at ${server.url}/dashboard`);
    await endSignal();
    await server.stop();
    Deno.exit(0);
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : String(cause));
    Deno.exit(1);
  }
}
