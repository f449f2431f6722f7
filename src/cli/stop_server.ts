import { delay } from "@std/async";
import process from "node:process";
import { CommandError } from "./command_error.ts";
import { isAlive, readServerFile, removeServerFile, runningServer, type ServerInfo } from "./server_file.ts";

/**
 * Ends the server of a data folder and waits until its process is gone; undefined when none runs. Only the process that the
 * pid file names and that answers as ours is signalled, and never more than asked to end.
 */
export async function stopServer(home: string, patienceMs: number): Promise<ServerInfo | undefined> {
  const info = await runningServer(home);
  if (info === undefined) {
    await dropStaleFile(home);
    return undefined;
  }
  process.kill(info.pid, "SIGTERM");
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

/** A file whose process is gone only misleads. */
async function dropStaleFile(home: string): Promise<void> {
  const stale = await readServerFile(home);
  if (stale !== undefined && !isAlive(stale.pid)) await removeServerFile(home, stale.pid);
}
