import { compareVersions } from "./compare_versions.ts";
import { type FeedOptions, fetchRelease } from "./fetch_release.ts";
import type { ReleaseManifest } from "./manifest.ts";

export interface UpdateCheck {
  readonly current: string;
  readonly newest: string;
  /** Only a higher version is one: an old release cannot be passed off as an update. */
  readonly available: boolean;
  readonly release: ReleaseManifest;
}

/** Looks whether there is a newer release. Throws an UpdateError when the feed cannot be read or is not ours. */
export async function checkForUpdate(current: string, options: FeedOptions): Promise<UpdateCheck> {
  const release = await fetchRelease(options);
  const available = compareVersions(release.version, current) > 0;
  return { current, newest: release.version, available, release };
}
