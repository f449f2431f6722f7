import type { CliServices } from "./services.ts";

/** What the program may do; the same list as in the tasks of deno.json. */
const PERMISSIONS = [
  "--allow-net",
  "--allow-env",
  "--allow-read",
  "--allow-write",
  "--allow-sys",
  "--allow-run",
] as const;

/** What the bundle needs to be told, since no deno.json is beside it. */
const UNSTABLE = [
  "--unstable-kv",
  "--unstable-cron",
  "--unstable-net",
  "--unstable-no-legacy-abort",
] as const;

/** How to run this program again: the executable itself, or Deno with the checkout's cli.ts or with the bundle. */
export function selfCommand(
  { entry, projectDir }: Pick<CliServices, "entry" | "projectDir">,
  args: readonly string[],
): { readonly program: string; readonly args: readonly string[] } {
  const program = Deno.execPath();
  if (entry === undefined) return { program, args };
  const config = projectDir === undefined
    ? ["--no-config", ...UNSTABLE]
    : [`--config=${projectDir}/deno.json`];
  return { program, args: ["run", "--quiet", ...config, ...PERMISSIONS, entry, ...args] };
}
