import { join } from "node:path";
import { type ServedOAuthSimulator, serveOAuthSimulator } from "../../src/sim/mod.ts";
import { systemClock } from "../../src/system/mod.ts";
import { ReservedPort } from "../support/reserved_port.ts";
import { CliHome } from "./cli_process.ts";

/** A home folder whose settings lead to the fakes of Google. */
export interface LoginCase {
  readonly cli: CliHome;
  readonly google: ServedOAuthSimulator;
  readonly env: Record<string, string>;
}

/** Runs a test over a home of its own. */
export async function withGoogle(run: (test: LoginCase) => Promise<void>): Promise<void> {
  using reserved = new ReservedPort();
  await using cli = await CliHome.open();
  const google = serveOAuthSimulator({ clock: systemClock });
  try {
    await run({
      cli,
      google,
      env: {
        PORT: String(reserved.port),
        GEMINITRO_KV: join(cli.folder, "accounts.sqlite3"),
        ...google.settings,
      },
    });
  } finally {
    await google.close();
  }
}
