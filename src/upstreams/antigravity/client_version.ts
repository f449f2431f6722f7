import versions from "../../../data/client_versions.json" with { type: "json" };

/** The client version sent to Antigravity, shared by all calls of a process; raised by the follower of Google's manifest. */
export interface ClientVersion {
  /** `major.minor.patch` */
  newest: string;
}

/** Begins with the version of `data/client_versions.json`, which is the least. */
export function createClientVersion(): ClientVersion {
  return { newest: versions.antigravity };
}

/** Builds the user agent: the service checks the first word and the version; the last word names this program. */
export function antigravityUserAgent(version: string): string {
  return `antigravity/hub/${version} geminitro`;
}

/** Reads the version out of an electron updater's manifest: its line `version: 2.12.2`. */
export function versionInManifest(text: string): string | undefined {
  return /^version: *["']?(\d{1,4}\.\d{1,4}\.\d{1,4})["']? *\r?$/m.exec(text)?.[1];
}

/** The version that a user agent names. */
function versionIn(userAgent: string | undefined): string | undefined {
  return /\b(\d{1,4}\.\d{1,4}\.\d{1,4})\b/.exec(userAgent ?? "")?.[1];
}

/** True when version `one` is older than `other`; both are numbers and dots. */
export function isOlderVersion(one: string, other: string): boolean {
  return one.localeCompare(other, "en", { numeric: true }) < 0;
}

/**
 * The warning for a custom user agent: newer models are hidden from it. Undefined if its version is the newest known or
 * missing.
 */
export function oldClientWarning(
  userAgent: string | undefined,
  { newest }: ClientVersion,
): string | undefined {
  const said = versionIn(userAgent);
  if (said === undefined || !isOlderVersion(said, newest)) return undefined;
  const hidden = versions.hidden.filter(({ below }) => isOlderVersion(said, below)).map(({ models }) =>
    models
  );
  const what = hidden.length === 0
    ? "newer models may be hidden from it"
    : `it hides ${hidden.join(", ")} from it`;
  return `ANTIGRAVITY_USER_AGENT says version ${said}, Google's own client is at ${newest}, and ${what}: ` +
    "raise that setting, or remove it to follow Google's version.";
}

/** The hint that a model is hidden from this client's version; undefined for every other model. */
export function hiddenModelHint(model: string, userAgent: string | undefined): string | undefined {
  const said = versionIn(userAgent);
  const name = model.toLowerCase();
  const rule = versions.hidden.find(({ models, below }) =>
    name.startsWith(models) && said !== undefined && isOlderVersion(said, below)
  );
  return rule === undefined
    ? undefined
    : `Antigravity shows ${rule.models} only to clients from version ${rule.below} on, and ANTIGRAVITY_USER_AGENT says ${said}`;
}
