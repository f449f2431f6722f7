/**
 * All persistent data, in one Deno KV database: credentials, configuration, pool state, values that expire, leases and
 * slices. Values are decoded on read and invalid ones quarantined, never erased; secrets are encrypted; each change of the
 * configuration changes the epoch in the same commit; a slice never exceeds its limit. Never keeps a copy of the records in
 * memory, never opens a database at import, never talks to Google.
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
