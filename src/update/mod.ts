/**
 * New releases of the executable: a signed manifest, a checked download, a swap that keeps the old one. Runs and installs
 * nothing without a verified signature and checksum, and the executable is always either the old or the new one, complete.
 * Never touches a checkout.
 *
 * @module
 */
export type { UpdateOptions } from "./apply_update.ts";
export { applyUpdate, previousPath, rollBack } from "./apply_update.ts";
export { checkForUpdate, type UpdateCheck } from "./check_for_update.ts";
export { maybeAutoUpdate } from "./auto_update.ts";
export {
  CALLED_AS,
  commandName,
  type InstallFacts,
  type InstallKind,
  installKind,
  updateCommand,
} from "./install_kind.ts";
export type { ReleaseFile, ReleaseManifest } from "./manifest.ts";
export { compareVersions, parseManifest, targetName } from "./manifest.ts";
export { publicHalf, RELEASE_FEED, RELEASE_KEYS, type ReleaseKey, signManifest } from "./signature.ts";
