/** Limits of Deno KV that every commit here stays under; the stricter of a local file and a KV Connect server. */

/** Checks one atomic commit may carry (KV Connect; a local file allows 100). */
export const CHECKS_PER_COMMIT = 10;
/** Keys one `getMany` or `watch` may name. */
export const KEYS_PER_READ = 10;
/** Bytes of one value after serialisation. */
export const VALUE_BYTES = 64 * 1024;
/** Bytes that this module puts into one value, leaving room for the envelope. */
export const PART_BYTES = 60 * 1024;
/** Mutations of one atomic commit. */
export const MUTATIONS_PER_COMMIT = 1000;
/** Bytes of all keys and values of one atomic commit. */
export const COMMIT_BYTES = 800 * 1024;
/** Bytes of one serialised key. */
export const KEY_BYTES = 2 * 1024;

/** How often a commit that lost a race is tried before it fails. */
export const COMMIT_TRIES = 40;
/** Changes that an epoch's record names; followers of a larger one read everything. */
export const CHANGES_IN_EPOCH = 40;
/** Milliseconds that a process record lives without a heartbeat. */
export const PROCESS_TTL_MS = 10_000;
/** Milliseconds after which the database itself removes a process record that no process has removed. */
export const PROCESS_RECORD_MS = PROCESS_TTL_MS * 6;
/** Milliseconds between heartbeats. */
export const HEARTBEAT_MS = 3_000;
/** Broken records remembered for `doctor`. */
export const QUARANTINE_LENGTH = 200;
