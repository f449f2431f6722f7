import type { CredentialId } from "../core/mod.ts";

/** Every key of the database is built here; each prefix has one writer. */

export const epochKey: Deno.KvKey = ["epoch"];
export const schemaKey: Deno.KvKey = ["meta", "schema"];
export const vaultKey: Deno.KvKey = ["meta", "vault"];

export const credentialPrefix: Deno.KvKey = ["credential"];
export const credentialKey = (id: CredentialId): Deno.KvKey => ["credential", id];
/** Index from fingerprint to id; the fingerprint is keyed, so that it tells nothing without the master key. */
export const credentialPrintKey = (print: string): Deno.KvKey => ["credential_by_print", print];

export type ConfigKind = "alias" | "quota_group" | "fallback" | "cap" | "client";
export const configPrefix = (kind: ConfigKind): Deno.KvKey => ["config", kind];
export const configKey = (kind: ConfigKind, name: string): Deno.KvKey => ["config", kind, name];

export const modelListPrefix: Deno.KvKey = ["model_list"];
export const modelListKey = (id: CredentialId): Deno.KvKey => ["model_list", id];
/** Set in every commit that writes a model list: its versionstamp says whether any of them changed. */
export const modelListsVersionKey: Deno.KvKey = ["model_lists_version"];

export type NamedKind = "setting" | "pool_state";
export const namedPrefix = (kind: NamedKind): Deno.KvKey => [kind];
export const namedKey = (kind: NamedKind, name: string): Deno.KvKey => [kind, name];

export const expiringKey = (kind: string, id: string): Deno.KvKey => ["expiring", kind, id];
/** Pieces of a value that is too large for one record; `stamp` is new with each write. */
export const partKey = (stamp: string, index: number): Deno.KvKey => ["part", stamp, index];

export const leaseKey = (name: string): Deno.KvKey => ["lease", name];
export const processPrefix: Deno.KvKey = ["process"];
export const processKey = (id: string): Deno.KvKey => ["process", id];
export const sliceKey = (window: string): Deno.KvKey => ["slice", window];

/** Keys of the ledger's own records; only the ledger writes under them. */
export const ledgerKey = (...parts: readonly Deno.KvKeyPart[]): Deno.KvKey => ["ledger", ...parts];
