import type { Fetch } from "../core/mod.ts";
import { type ReleaseFile, type ReleaseManifest, targetName } from "./manifest.ts";
import { UpdateError } from "./signature.ts";
import { nodeModule } from "lazy-node";

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

/**
 * Downloads, verifies and installs a release; keeps the former executable. Throws an UpdateError when nothing was changed.
 */
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

/** The version that the executable prints; undefined when it does not run. */
async function versionOf(executable: string): Promise<string | undefined> {
  try {
    const command = new Deno.Command(executable, { args: ["--version"], stdin: "null", stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

/** The path of the former executable. */
export function previousPath(executable: string): string {
  return executable.replace(/(\.exe)?$/i, (extension) => `.previous${extension}`);
}

/**
 * Replaces the executable by `next` and keeps the former one for a roll-back. On POSIX systems the path always exists;
 * Windows only allows a running program to be renamed, so there it is missing for an instant, and is restored on failure.
 */
async function swapIn(executable: string, next: string, os = Deno.build.os): Promise<void> {
  const previous = previousPath(executable);
  await Deno.remove(previous).catch(() => {});
  if (os !== "windows") {
    await Deno.link(executable, previous);
    return await Deno.rename(next, executable);
  }
  await Deno.rename(executable, previous);
  try {
    await Deno.rename(next, executable);
  } catch (error) {
    await Deno.rename(previous, executable);
    throw error;
  }
}

/** Restores the former executable, which swaps it with the current one. */
export async function rollBack(executable: string, os = Deno.build.os): Promise<void> {
  const previous = previousPath(executable);
  if (await Deno.stat(previous).catch(() => undefined) === undefined) {
    throw new UpdateError(`There is nothing to go back to: ${previous} is not there`);
  }
  const aside = `${executable}.aside`;
  await Deno.remove(aside).catch(() => {});
  if (os === "windows") await Deno.rename(executable, aside);
  else await Deno.link(executable, aside);
  await Deno.rename(previous, executable);
  await Deno.rename(aside, previous);
}

/** A download that brings no byte for this long has stalled. */
const STALL_MS = 30_000;

interface DownloadOptions {
  readonly fetch: Fetch;
  readonly signal?: AbortSignal;
}

/** Writes a release's file to `path` (mode 0700) and keeps it only if length and SHA-256 match the manifest. */
async function download(file: ReleaseFile, path: string, options: DownloadOptions): Promise<void> {
  const { clearTimeout, setTimeout } = nodeModule("node:timers");
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error(`no byte came for ${STALL_MS / 1000} s`)), STALL_MS);
  const signal = AbortSignal.any([stalled.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const failed = (cause: unknown) =>
    new UpdateError(`The download ${file.url} failed: ${cause instanceof Error ? cause.message : cause}`);
  try {
    const response = await options.fetch(file.url, { signal }).catch((cause: unknown) => {
      throw failed(cause);
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new UpdateError(`The download ${file.url} answered with status ${response.status}`);
    }
    await writeChecked(response.body, file, path, () => timer.refresh());
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error instanceof UpdateError ? error : failed(error);
  } finally {
    clearTimeout(timer);
  }
}

async function writeChecked(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  file: ReleaseFile,
  path: string,
  came: () => void,
): Promise<void> {
  const hash = nodeModule("node:crypto").createHash("sha256");
  using target = await Deno.open(path, { write: true, createNew: true, mode: 0o700 });
  let bytes = 0;
  for await (const chunk of body) {
    came();
    bytes += chunk.byteLength;
    if (bytes > file.size) break;
    hash.update(chunk);
    for (let at = 0; at < chunk.byteLength;) at += await target.write(chunk.subarray(at));
  }
  await target.sync();
  if (bytes !== file.size) {
    throw new UpdateError(`The download has not the length that the release names: nothing was installed`);
  }
  if (hash.digest("hex") !== file.sha256) {
    throw new UpdateError("The download has not the checksum that the release names: nothing was installed");
  }
}
