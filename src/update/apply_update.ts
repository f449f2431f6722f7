import type { Fetch } from "../core/mod.ts";
import { download } from "./download.ts";
import { type ReleaseManifest, targetName } from "./manifest.ts";
import { swapIn } from "./swap.ts";
import { UpdateError } from "./update_error.ts";

export interface UpdateOptions {
  /** A release whose manifest was verified. */
  readonly release: ReleaseManifest;
  readonly executable: string;
  readonly fetch: Fetch;
  /** Ends the download. Default: only a download that stalls is ended. */
  readonly signal?: AbortSignal;
  /** Default: this machine's. */
  readonly target?: string;
}

/** Downloads, verifies and installs a release; the executable before is kept. Throws an UpdateError when it stays as it was. */
export async function applyUpdate(options: UpdateOptions): Promise<void> {
  const { release, executable } = options;
  const target = options.target ?? targetName();
  const file = release.files[target];
  if (file === undefined) throw new UpdateError(`Release ${release.version} has no executable for ${target}`);
  // Beside the executable, so that putting it in place is one rename within one file system.
  const draft = executable.replace(/(\.exe)?$/i, (extension) => `.${Deno.pid}.partial${extension}`);
  await Deno.remove(draft).catch(() => {});
  await download(file, draft, options);
  if (await versionOf(draft) !== release.version) {
    await Deno.remove(draft);
    throw new UpdateError(`Release ${release.version} does not run on this machine: the old one stays`);
  }
  await swapIn(executable, draft);
}

/** What the executable says to `--version`; undefined when it does not run. */
async function versionOf(executable: string): Promise<string | undefined> {
  try {
    const command = new Deno.Command(executable, { args: ["--version"], stdin: "null", stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
