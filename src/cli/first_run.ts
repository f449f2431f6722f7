import type { Context } from "./command.ts";

/** What is to be done once the server listens. */
export interface AfterStart {
  /** A page of the dashboard to open. */
  readonly open?: string;
  /** Ask a model through the proxy once, so that a first key is known to serve. */
  readonly verify?: true;
}

/** Sees what is missing and offers it; without a terminal nothing is asked. */
export async function firstRun(context: Context): Promise<AfterStart> {
  if (!context.interactive || context.flag("no-interactive")) return {};
  const { askFirstRun } = await import("./ask_first_run.ts");
  return await askFirstRun(context);
}
