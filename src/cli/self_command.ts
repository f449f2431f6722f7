import { HEAP_FLAG } from "../system/mod.ts";
import type { CliServices } from "./command.ts";

/** How to run this program again: the executable itself, or Deno with the checkout's cli.ts or with the bundle. */
export function selfCommand(
  { entry, projectDir }: Pick<CliServices, "entry" | "projectDir">,
  args: readonly string[],
): { readonly program: string; readonly args: readonly string[] } {
  const program = Deno.execPath();
  if (entry === undefined) return { program, args };
  const config = projectDir === undefined
    ? ["--no-config", ...flagsOf(UNSTABLE)]
    : [`--config=${projectDir}/deno.json`];
  return { program, args: ["run", "--quiet", HEAP_FLAG, ...config, ...flagsOf(PERMISSIONS), entry, ...args] };
}

function flagsOf(table: readonly (readonly [flag: string, reason: string])[]): readonly string[] {
  return table.map(([flag]) => flag);
}

/**
 * Permissions of the compiled program, with reasons. Nothing else is granted: no foreign function calls, no
 * high-resolution permissions, no import from the network.
 */
export const PERMISSIONS: readonly (readonly [flag: string, reason: string])[] = [
  [
    "--allow-net",
    "listen on PORT, reach Google (or what GEMINI_API_URL and the other URL settings name), ALERT_WEBHOOK_URL, proxies, media by URL, the release feed",
  ],
  ["--allow-env", "settings, and the places where agents keep their configuration (HOME, XDG_*, APPDATA)"],
  [
    "--allow-read",
    "the data folder, its own embedded files, agents' configuration files, files named on the command line",
  ],
  [
    "--allow-write",
    "the data folder, agents' configuration files (after showing the diff), exports, its own executable on update",
  ],
  ["--allow-sys=hostname,osRelease,uid,gid,homedir", "doctor's report and file modes"],
  [
    "--allow-run",
    "the browser for `open`, the platform's service manager for `autostart`, itself for `start --detach`, an agent for `install --test`",
  ],
];

/**
 * Unstable interfaces of the platform that the program uses, with reasons; a program without deno.json gets them
 * as flags.
 */
export const UNSTABLE: readonly (readonly [flag: string, reason: string])[] = [
  ["--unstable-kv", "the database"],
  ["--unstable-cron", "the minute's jobs"],
  ["--unstable-net", "one port for several processes"],
  ["--unstable-no-legacy-abort", "a request's signal fires only when its client leaves"],
];
