/**
 * Everything that lasts, on one Deno KV database: credentials, configuration, pool state, values that end, leases and slices.
 * Promises: values are decoded on read and broken ones set aside, never erased; secrets lie encrypted; each change of the
 * configuration moves the epoch in the same commit; a slice is never granted beyond its limit. Never keeps a copy of the
 * records in memory, never opens a database at import, never talks to Google.
 *
 * @module
 */
export * from "./contract.ts";
export { backupDay, backupName, backupsIn } from "./check_database.ts";
export { changeMasterKey } from "./change_master_key.ts";
export { ledgerKey } from "./keys.ts";
export * as limits from "./limits.ts";
export { StoreOpenError } from "./open_error.ts";
export { openStore, type StoreOptions } from "./open_store.ts";
export { checkProxy } from "./credential_draft.ts";
