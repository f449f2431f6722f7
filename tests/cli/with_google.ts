import { join } from "node:path";
import { type ServedOAuthSimulator, serveOAuthSimulator } from "../../src/sim/mod.ts";
import { systemClock } from "../../src/system/mod.ts";
import { CliHome } from "./cli_process.ts";

/** A home folder whose settings lead to the fakes of Google. */
export interface LoginCase {
  readonly cli: CliHome;
  readonly google: ServedOAuthSimulator;
  readonly env: Record<string, string>;
}

/** A port that is free now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Runs a test over a home of its own. */
export async function withGoogle(run: (test: LoginCase) => Promise<void>): Promise<void> {
  await using cli = await CliHome.open();
  const google = serveOAuthSimulator({ clock: systemClock });
  try {
    await run({
      cli,
      google,
      env: {
        PORT: String(freePort()),
        GEMINITRO_KV: join(cli.folder, "accounts.sqlite3"),
        ...google.settings,
      },
    });
  } finally {
    await google.close();
  }
}
