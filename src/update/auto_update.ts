import type { Settings } from "../config/mod.ts";
import type { Fetch } from "../core/mod.ts";
import { applyUpdate } from "./apply_update.ts";
import { checkForUpdate } from "./check_for_update.ts";
import { type InstallKind, updateCommand } from "./install_kind.ts";
import { RELEASE_FEED, RELEASE_KEYS, type ReleaseKey } from "./signature.ts";

/** Longest time that a start waits for the feed; the download has its own limit. */
const FEED_TIMEOUT_MS = 5_000;
const DOWNLOAD_TIMEOUT_MS = 60_000;

export interface AutoUpdateOptions {
  readonly version: string;
  readonly feed?: string;
  readonly keys?: readonly ReleaseKey[];
  readonly fetch?: Fetch;
  /** The executable to replace. Default: this program, if it is an executable; other kinds of copies are not changed. */
  readonly executable?: string;
  /** How this copy was installed. Default: an executable when this program is compiled, else a checkout. */
  readonly kind?: InstallKind;
  /** Longest time for the download, in milliseconds. Default: 60,000. */
  readonly downloadTimeoutMs?: number;
}

/**
 * With AUTO_UPDATE, installs a newer release of the executable before the server starts; it is used from the next start.
 * Returns a sentence for the log, or undefined. Never throws: an update must not prevent a start.
 */
export async function maybeAutoUpdate(
  settings: Pick<Settings, "autoUpdate">,
  options: AutoUpdateOptions,
): Promise<string | undefined> {
  if (!settings.autoUpdate) return undefined;
  const kind = options.kind ??
    (options.executable !== undefined || Deno.build.standalone ? "executable" : "checkout");
  const command = updateCommand(kind);
  if (command !== undefined) return `AUTO_UPDATE renews executables only; here it is done by: ${command}`;
  const executable = options.executable ?? Deno.execPath();
  const ask = options.fetch ?? fetch;
  try {
    const { available, newest, release } = await checkForUpdate(options.version, {
      feed: options.feed ?? RELEASE_FEED,
      keys: options.keys ?? RELEASE_KEYS,
      fetch: ask,
      signal: AbortSignal.timeout(FEED_TIMEOUT_MS),
    });
    if (!available) return undefined;
    const signal = AbortSignal.timeout(options.downloadTimeoutMs ?? DOWNLOAD_TIMEOUT_MS);
    await applyUpdate({ release, executable, fetch: ask, signal });
    return `Release ${newest} was installed; it is used from the next start`;
  } catch (cause) {
    return `AUTO_UPDATE failed: ${cause instanceof Error ? cause.message : cause}`;
  }
}
