import type { Fetch } from "../core/mod.ts";
import { parseManifest, type ReleaseManifest } from "./manifest.ts";
import { verifySignature } from "./signature.ts";
import { UpdateError } from "./update_error.ts";

export interface FeedOptions {
  readonly feed: string;
  readonly publicKey: string;
  readonly fetch: Fetch;
  readonly signal?: AbortSignal;
}

/** Manifests and signatures are small; more is not read. */
const MANIFEST_BYTES = 256 * 1024;

/** Reads the newest release's manifest and verifies it before looking into it. */
export async function fetchRelease(options: FeedOptions): Promise<ReleaseManifest> {
  const [manifest, signature] = await Promise.all([
    fetchSmall(options.feed, options),
    fetchSmall(`${options.feed}.sig`, options),
  ]);
  await verifySignature(manifest, new TextDecoder().decode(signature), options.publicKey);
  return parseManifest(new TextDecoder().decode(manifest), options.feed);
}

async function fetchSmall(url: string, { fetch, signal }: FeedOptions): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, signal === undefined ? {} : { signal }).catch((cause: unknown) => {
    throw new UpdateError(`The release feed ${url} does not answer: ${messageOf(cause)}`);
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new UpdateError(`The release feed ${url} answered with status ${response.status}`);
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.byteLength > MANIFEST_BYTES) throw new UpdateError(`The release feed ${url} is too large`);
  return bytes;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
