import type { Environment } from "../config/mod.ts";
import type { WorkerCommand } from "./workers.ts";

/** What deno.json says for a checkout; a bundle lies where no deno.json is. */
const FLAGS = [
  "--quiet",
  "--unstable-kv",
  "--unstable-cron",
  "--unstable-net",
  "--unstable-no-legacy-abort",
  "--allow-net",
  "--allow-env",
  "--allow-read",
  "--allow-write",
  "--allow-sys",
  "--allow-run",
];

/**
 * How to run this program once more with the same arguments; undefined when it is not the main program, as in a test or a
 * program that uses it as a library. `modules` are those that may be the main one.
 */
export function workerCommand(
  modules: readonly string[],
  env: Environment,
  port: number,
): WorkerCommand | undefined {
  const given = Object.entries(env).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]);
  const common = {
    program: Deno.execPath(),
    env: { ...Object.fromEntries(given), PORT: String(port), DENO_NO_UPDATE_CHECK: "1" },
  };
  if (Deno.build.standalone) return { ...common, args: Deno.args };
  const main = modules.find((module) => module === Deno.mainModule);
  return main === undefined ? undefined : { ...common, args: ["run", ...FLAGS, main, ...Deno.args] };
}

/** Why several processes cannot serve here; undefined when they can. */
export function whyOneProcess(kv: string): string | undefined {
  if (kv === ":memory:") return "a database in memory cannot be shared";
  if (Deno.build.os === "linux") return undefined;
  return `${Deno.build.os} does not spread connections over processes that share a port`;
}
