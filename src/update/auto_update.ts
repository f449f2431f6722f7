import type { Settings } from "../config/mod.ts";
import type { Fetch } from "../core/mod.ts";
import { applyUpdate } from "./apply_update.ts";
import { checkForUpdate } from "./check_for_update.ts";
import { RELEASE_FEED, RELEASE_KEY } from "./release_constants.ts";

/** A start waits no longer for the feed. */
const PATIENCE_MS = 5_000;

export interface AutoUpdateOptions {
  readonly version: string;
  readonly feed?: string;
  readonly publicKey?: string;
  readonly fetch?: Fetch;
  /** The executable; absent in a checkout, which is left alone. Default: this program's own when it is compiled. */
  readonly executable?: string;
}

/**
 * With AUTO_UPDATE, installs a newer release of the executable before the server starts; it is used from the next start.
 * Gives a sentence for the log, or undefined when there is nothing to say. Never throws: an update never keeps a server down.
 */
export async function maybeAutoUpdate(
  settings: Pick<Settings, "autoUpdate">,
  options: AutoUpdateOptions,
): Promise<string | undefined> {
  if (!settings.autoUpdate) return undefined;
  const executable = options.executable ?? (Deno.build.standalone ? Deno.execPath() : undefined);
  if (executable === undefined) return "AUTO_UPDATE: this is a checkout; update it with git pull --ff-only";
  const ask = options.fetch ?? fetch;
  try {
    const { available, newest, release } = await checkForUpdate(options.version, {
      feed: options.feed ?? RELEASE_FEED,
      publicKey: options.publicKey ?? RELEASE_KEY,
      fetch: ask,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!available) return undefined;
    await applyUpdate({ release, executable, fetch: ask });
    return `Release ${newest} was installed; it is used from the next start`;
  } catch (cause) {
    return `AUTO_UPDATE failed: ${cause instanceof Error ? cause.message : cause}`;
  }
}
