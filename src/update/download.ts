import { createHash } from "node:crypto";
import type { Fetch } from "../core/mod.ts";
import type { ReleaseFile } from "./manifest.ts";
import { UpdateError } from "./update_error.ts";

/** Writes a release's file to `path` (mode 0700) and keeps it only when length and SHA-256 are the manifest's. */
export async function download(file: ReleaseFile, path: string, fetch: Fetch): Promise<void> {
  const response = await fetch(file.url).catch((cause: unknown) => {
    throw new UpdateError(
      `The download ${file.url} failed: ${cause instanceof Error ? cause.message : cause}`,
    );
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new UpdateError(`The download ${file.url} answered with status ${response.status}`);
  }
  try {
    await writeChecked(response.body, file, path);
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

async function writeChecked(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  file: ReleaseFile,
  path: string,
): Promise<void> {
  const hash = createHash("sha256");
  using target = await Deno.open(path, { write: true, createNew: true, mode: 0o700 });
  let bytes = 0;
  for await (const chunk of body) {
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
