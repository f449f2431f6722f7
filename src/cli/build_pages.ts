import type { Context } from "./command.ts";

/** The interface of `tools/build_dashboard.ts` in a checkout. */
interface Builder {
  dashboardIsStale(): Promise<boolean>;
}

/**
 * In a checkout, builds the dashboard's browser files when they are missing or stale; elsewhere they are part of
 * the program.
 */
export async function buildPages({ services, out }: Pick<Context, "services" | "out">): Promise<void> {
  const { projectDir } = services;
  if (projectDir === undefined) return;
  const tool = `${projectDir}/tools/build_dashboard.ts`;
  try {
    const builder = await import(new URL(`file://${tool}`).href) as Builder;
    if (!await builder.dashboardIsStale()) return;
    out.line("Building the dashboard, as its sources have changed ...");
    await runBuild(projectDir, tool);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    out.warn(`The dashboard could not be built, the API serves without it: ${reason}`);
  }
}

/** Builds in a separate process: the bundler's native part needs permissions that the program does not have. */
async function runBuild(projectDir: string, tool: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", `--config=${projectDir}/deno.json`, tool],
    cwd: projectDir,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim().split("\n").slice(-3).join("\n"));
}
