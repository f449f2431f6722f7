import { nodeModule } from "lazy-node";
import { join } from "@std/path";
import { keepCallsHome } from "../system/mod.ts";
import { isObject } from "../core/mod.ts";
import { createClient, type LocalClient } from "../management/client.ts";
import { CommandError, type Context } from "./command.ts";
import { delay } from "@std/async";
import { writeWholeFile } from "../system/mod.ts";

/** Data about a running server in its data folder. */
export interface ServerInfo {
  readonly pid: number;
  /** The data folder that it serves: compared with the folder it is in, as a copied folder contains this file too. */
  readonly home: string;
  readonly port: number;
  readonly host: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly version: string;
  /** The flags that it was started with, for a restart. */
  readonly flags: readonly string[];
}

function serverFilePath(home: string): string {
  return join(home, "server.json");
}

/** The canonical path of a folder. */
export async function placeOf(home: string): Promise<string> {
  try {
    return await Deno.realPath(home);
  } catch {
    return home;
  }
}

/** What the pid file says; undefined when there is none or it does not parse. */
async function readServerFile(home: string): Promise<ServerInfo | undefined> {
  try {
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    const read: unknown = JSON.parse(await Deno.readTextFile(serverFilePath(home)));
    if (!isObject(read)) return undefined;
    const { pid, home: place, port, host, startedAt, version, flags } = read;
    if (typeof pid !== "number" || !Number.isInteger(pid) || pid <= 0) return undefined;
    if (typeof port !== "number" || typeof host !== "string") return undefined;
    const own = await placeOf(home);
    // Earlier versions did not write their folder.
    if (typeof place === "string" && place !== own) return undefined;
    return {
      pid,
      home: own,
      port,
      host,
      startedAt: typeof startedAt === "number" ? startedAt : 0,
      version: typeof version === "string" ? version : "",
      flags: Array.isArray(flags) ? flags.map(String) : [],
    };
  } catch (error) {
    // Other problems of the folder are reported when it is opened.
    if (error instanceof SyntaxError || error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

/** True while a process with this id runs, whoever owns it. */
function isAlive(pid: number): boolean {
  try {
    nodeModule("node:process").kill(pid, 0);
    return true;
  } catch (error) {
    return isObject(error) && error["code"] === "EPERM";
  }
}

/** The address under which this machine reaches a server that listens on `host`. */
export function localUrl({ host, port }: Pick<ServerInfo, "host" | "port">): string {
  const bare = host.replace(/^\[|\]$/g, "");
  const name = bare === "localhost" || bare === "0.0.0.0" || bare === "::" ? "127.0.0.1" : bare;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

/**
 * How long a live server may take to answer on a busy machine, in milliseconds. If a slow server were taken for
 * dead, a second one would start on the same data folder. If nobody listens, the connection is refused at once.
 */
const ANSWER_MS = 20_000;

/** The server of this data folder when its process lives and answers; a stale file counts as none. */
export async function runningServer(home: string): Promise<ServerInfo | undefined> {
  const info = await readServerFile(home);
  if (info === undefined || !isAlive(info.pid)) return undefined;
  const url = localUrl(info);
  keepCallsHome([new URL(url).hostname.replace(/^\[|\]$/g, "")]);
  return await answers(url, ANSWER_MS) ? info : undefined;
}

/** True when a GemiNitro server answers there. */
export async function answers(url: string, timeoutMs: number): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/health/live`, { signal: AbortSignal.timeout(timeoutMs) });
    const reply: unknown = await response.json();
    return response.ok && isObject(reply) && reply["status"] === "ok";
  } catch {
    return false;
  }
}

/** Writes the pid file whole or not at all, for the user alone. */
export async function writeServerFile(home: string, info: ServerInfo): Promise<void> {
  await writeWholeFile(serverFilePath(home), `${JSON.stringify(info, null, 2)}\n`, { folder: true });
}

/** Removes the pid file if it still belongs to this process. */
export async function removeServerFile(home: string, pid: number): Promise<void> {
  if ((await readServerFile(home))?.pid !== pid) return;
  await Deno.remove(serverFilePath(home)).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Looks for the running server at each call: it may be started, stopped and moved in between. */
export async function liveClient(context: Context): Promise<() => Promise<LocalClient>> {
  const { home, proxyApiKey: token } = await context.settings();
  return async () => {
    const running = await runningServer(home);
    if (running === undefined) {
      throw new Error("GemiNitro is not running. Start it: geminitro start --detach");
    }
    return createClient({ base: localUrl(running), token });
  };
}

/**
 * Ends the server of a data folder and waits until its process is gone; undefined when none runs. Signals only
 * the process that the pid file names and that answers as ours, and only asks it to end.
 */
export async function stopServer(home: string, patienceMs: number): Promise<ServerInfo | undefined> {
  const info = await runningServer(home);
  if (info === undefined) {
    await dropStaleFile(home);
    return undefined;
  }
  nodeModule("node:process").kill(info.pid, "SIGTERM");
  const deadline = performance.now() + patienceMs;
  while (isAlive(info.pid)) {
    if (performance.now() > deadline) {
      throw new CommandError(`Process ${info.pid} still ends its calls after ${patienceMs / 1_000} seconds`, {
        hint: "Wait and run geminitro stop again; it is not killed.",
      });
    }
    await delay(50);
  }
  await removeServerFile(home, info.pid);
  return info;
}

/** Removes the file of a process that no longer exists. */
async function dropStaleFile(home: string): Promise<void> {
  const stale = await readServerFile(home);
  if (stale !== undefined && !isAlive(stale.pid)) await removeServerFile(home, stale.pid);
}
