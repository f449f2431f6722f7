import { delay } from "@std/async";
import { dirname, join } from "@std/path";
import { CommandError, type Context } from "./command.ts";
import { selfCommand } from "./self_command.ts";
import { runningServer, type ServerInfo } from "./server_file.ts";

/** Larger logs are rotated when a server starts. */
const LOG_BYTES = 5_000_000;
/**
 * How long a server whose process lives may take until it answers, in milliseconds: a small or busy machine compiles the
 * program and builds the dashboard at the first start. The end of the process is noticed at once.
 */
const PATIENCE_MS = 180_000;

/** Starts a server in a process of its own that outlives this one, and waits until it answers. */
export async function spawnServer(context: Context, args: readonly string[]): Promise<ServerInfo> {
  const settings = await context.settings();
  const { home } = settings;
  const { log, from } = await openLog(home);
  const { program, args: all } = selfCommand(context.services, ["start", "--no-splash", ...args]);
  const { closeSync, openSync } = await import("node:fs");
  const { spawn } = await import("node:child_process");
  const file = openSync(log, "a", 0o600);
  const child = spawn(program, [...all], {
    detached: true,
    stdio: ["ignore", file, file],
    env: { ...Deno.env.toObject(), DENO_NO_UPDATE_CHECK: "1", LOG_FILE: settings.logFile ?? log },
  });
  closeSync(file);
  let ended: number | undefined;
  child.on("exit", (code) => ended = code ?? 1);
  child.unref();
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline && ended === undefined) {
    const info = await runningServer(home);
    if (info !== undefined && info.pid === child.pid) return info;
    await delay(50);
  }
  const said = ended === undefined ? "" : await lastLines(log, from);
  const problem = ended === undefined
    ? `The server did not answer within ${PATIENCE_MS / 1_000} seconds`
    : `The server ended at once: ${said}`;
  throw new CommandError(problem, { hint: `Its log is ${log}` });
}

/** The log file of background servers. */
export function logPath(home: string): string {
  return join(home, "logs", "server.log");
}

/** The log, and how much of it is of earlier servers, in bytes. */
async function openLog(home: string): Promise<{ readonly log: string; readonly from: number }> {
  const path = logPath(home);
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((error) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The folder for the log, ${dirname(path)}, cannot be made: ${reason}`, {
      hint: "Give this user the right to write there, or set GEMINITRO_HOME to a folder of its own.",
    });
  });
  const size = await Deno.stat(path).then((stat) => stat.size, () => 0);
  if (size <= LOG_BYTES) return { log: path, from: size };
  await Deno.rename(path, join(home, "logs", "server.old.log"));
  return { log: path, from: 0 };
}

/** The last lines of this start alone: those of an earlier start would be misread as the reason. */
async function lastLines(path: string, from: number): Promise<string> {
  const text = new TextDecoder().decode((await Deno.readFile(path)).subarray(from));
  return text.trimEnd().split("\n").slice(-3).join("\n");
}
