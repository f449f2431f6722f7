import { createHash } from "node:crypto";
import { clearTimeout, setTimeout } from "node:timers";
import type { Fetch } from "../core/mod.ts";
import type { ReleaseFile } from "./manifest.ts";
import { UpdateError } from "./update_error.ts";

/** A download that brings no byte for this long has stalled. */
const STALL_MS = 30_000;

export interface DownloadOptions {
  readonly fetch: Fetch;
  readonly signal?: AbortSignal;
}

/** Writes a release's file to `path` (mode 0700) and keeps it only when length and SHA-256 are the manifest's. */
export async function download(file: ReleaseFile, path: string, options: DownloadOptions): Promise<void> {
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
  const hash = createHash("sha256");
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
