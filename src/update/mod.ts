/**
 * New releases of the executable: a signed manifest, a checked download, a swap that keeps the old one. Promises that nothing
 * is run or put in place whose signature and checksum were not verified, and that at every moment the executable is the old or
 * the new one, whole. Never touches a checkout.
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
