import { PERMISSIONS, UNSTABLE } from "./run_flags.ts";
import type { CliServices } from "./services.ts";

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
  return { program, args: ["run", "--quiet", ...config, ...flagsOf(PERMISSIONS), entry, ...args] };
}

function flagsOf(table: readonly (readonly [flag: string, reason: string])[]): readonly string[] {
  return table.map(([flag]) => flag);
}
