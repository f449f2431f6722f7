import { compareVersions, parseManifest, type ReleaseManifest } from "./manifest.ts";
import { type Fetch, GatheredBytes } from "../core/mod.ts";
import { type ReleaseKey, UpdateError, verifySignature } from "./signature.ts";

export interface UpdateCheck {
  readonly current: string;
  readonly newest: string;
  /** True only for a higher version: an old release cannot be offered as an update. */
  readonly available: boolean;
  readonly release: ReleaseManifest;
}

/** Checks for a newer release. Throws an UpdateError when the feed cannot be read or is not signed by us. */
export async function checkForUpdate(current: string, options: FeedOptions): Promise<UpdateCheck> {
  const release = await fetchRelease(options);
  const available = compareVersions(release.version, current) > 0;
  return { current, newest: release.version, available, release };
}

interface FeedOptions {
  readonly feed: string;
  /** One of them must have signed the manifest. */
  readonly keys: readonly ReleaseKey[];
  readonly fetch: Fetch;
  readonly signal?: AbortSignal;
}

/** Manifests and signatures are small; more is not read. */
const MANIFEST_BYTES = 256 * 1024;

/** Reads the newest release's manifest and verifies it before looking into it. */
async function fetchRelease(options: FeedOptions): Promise<ReleaseManifest> {
  const [manifest, signature] = await Promise.all([
    fetchSmall(options.feed, options),
    fetchSmall(`${options.feed}.sig`, options),
  ]);
  await verifySignature(manifest, new TextDecoder().decode(signature), options.keys);
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
  using gathered = new GatheredBytes();
  for await (const piece of response.body ?? []) {
    gathered.add(piece);
    if (gathered.size > MANIFEST_BYTES) throw new UpdateError(`The release feed ${url} is too large`);
  }
  return gathered.joined();
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
