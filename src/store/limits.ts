/** Limits of Deno KV that every commit here stays under; the stricter of a local file and a KV Connect server. */

/** Checks one atomic commit may carry (KV Connect; a local file allows 100). */
export const CHECKS_PER_COMMIT = 10;
/** Keys one `getMany` or `watch` may name. */
export const KEYS_PER_READ = 10;
/** Bytes of one value after serialisation. */
export const VALUE_BYTES = 64 * 1024;
/** Bytes that this room puts into one value, leaving room for the envelope. */
export const PART_BYTES = 60 * 1024;
/** Mutations of one atomic commit. */
export const MUTATIONS_PER_COMMIT = 1000;
/** Bytes of all keys and values of one atomic commit. */
export const COMMIT_BYTES = 800 * 1024;
/** Bytes of one serialised key. */
export const KEY_BYTES = 2 * 1024;
/** Longest name, in characters, that is put into a key as it is. */
export const NAME_LENGTH = 256;

/** How often a commit that lost a race is tried before the caller is told. */
export const COMMIT_TRIES = 40;
/** Milliseconds between two looks at the epoch. */
export const EPOCH_POLL_MS = 1_000;
/** Milliseconds that a process record lives without a heartbeat. */
export const PROCESS_TTL_MS = 10_000;
/** Milliseconds between heartbeats. */
export const HEARTBEAT_MS = 3_000;
/** Broken records remembered for `doctor`. */
export const QUARANTINE_LENGTH = 200;
