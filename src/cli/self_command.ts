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

/** How to run this program again with other arguments: the executable itself, or Deno with the checkout's cli.ts. */
export function selfCommand(
  { entry, projectDir }: Pick<CliServices, "entry" | "projectDir">,
  args: readonly string[],
): { readonly program: string; readonly args: readonly string[] } {
  const program = Deno.execPath();
  if (entry === undefined || projectDir === undefined) return { program, args };
  const config = `--config=${projectDir}/deno.json`;
  return { program, args: ["run", "--quiet", config, ...PERMISSIONS, entry, ...args] };
}
