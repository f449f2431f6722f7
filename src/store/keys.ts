import type { Section } from "../state/mod.ts";

/** Every key of the database is built here; each prefix has one writer. */

export const epochKey: Deno.KvKey = ["epoch"];
export const schemaKey: Deno.KvKey = ["meta", "schema"];
export const vaultKey: Deno.KvKey = ["meta", "vault"];

/** Configuration of one section; those named by users are under a common prefix. */
export function recordPrefix(section: Section): Deno.KvKey {
  return NAMED.has(section) ? ["config", section] : [section];
}
export const recordKey = (section: Section, name: string): Deno.KvKey => [...recordPrefix(section), name];
const NAMED: ReadonlySet<Section> = new Set(["alias", "quota_group", "fallback", "cap", "client"]);

export const poolStatePrefix: Deno.KvKey = ["pool_state"];
export const poolStateKey = (name: string): Deno.KvKey => ["pool_state", name];

export const expiringKey = (kind: string, id: string): Deno.KvKey => ["expiring", kind, id];
/** Pieces of a value that is too large for one record; `stamp` is new with each write. */
export const partKey = (stamp: string, index: number): Deno.KvKey => ["part", stamp, index];

export const leaseKey = (name: string): Deno.KvKey => ["lease", name];
export const sliceKey = (window: string): Deno.KvKey => ["slice", window];

/** Keys of the ledger's own records; only the ledger writes under them. */
export const ledgerKey = (...parts: readonly Deno.KvKeyPart[]): Deno.KvKey => ["ledger", ...parts];
