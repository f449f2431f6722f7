import { isObject, type Json } from "../core/mod.ts";
import { backupsIn } from "./backup_files.ts";
import { decodeCredential, decodeStored, encodeCredential } from "./credential_codec.ts";
import { identityOf } from "./credential_draft.ts";
import { openExpiring } from "./expiring.ts";
import { credentialPrefix, credentialPrintKey, vaultKey } from "./keys.ts";
import { openNamedRecords } from "./named_records.ts";
import { commitConfiguration, type Session } from "./session.ts";
import { decodeVault, type Vault } from "./vault.ts";

/**
 * Seals everything anew after the master key was changed, and only then forgets what the former one opened. Each record is
 * changed on its own, and one that is changed already is left alone: after an interruption the next opening goes on.
 */
export async function reseal(session: Session, former: Vault, folders: readonly string[]): Promise<void> {
  await resealCredentials(session, former);
  const settings = openNamedRecords(session, "setting");
  for (const { name, value } of await settings.list()) {
    const next = await resealed(value, session.vault, former);
    if (next !== value && isObject(next)) await settings.put(name, next as { [name: string]: Json });
  }
  await resealExpiring(session, former);
  for (const folder of folders) {
    for (const path of await backupsIn(folder)) await resealBackup(path, session, former);
  }
  const entry = await session.kv.get(vaultKey);
  const record = session.quarantine.read(entry, decodeVault);
  if (record === undefined) return;
  const { salt, check } = record;
  await session.kv.atomic().check(entry).set(vaultKey, { v: 1, salt, check }).commit();
}

async function resealCredentials(session: Session, former: Vault): Promise<void> {
  const { kv, vault, quarantine } = session;
  for await (const { key } of kv.list({ prefix: credentialPrefix })) {
    await commitConfiguration<void>(session, async () => {
      const entry = await kv.get(key);
      const stored = quarantine.read(entry, decodeStored);
      if (stored === undefined || !await opens(former, stored.sealed, stored.id)) {
        return { answer: undefined };
      }
      const credential = await decodeCredential(former, stored).catch(() => undefined);
      if (credential === undefined) {
        // A record that this version cannot read is kept for one that can.
        const sealed = await vault.seal(await former.open(stored.sealed, stored.id), stored.id);
        const commit = kv.atomic().check(entry).set(key, { ...entry.value as object, sealed });
        return { commit, done: () => {} };
      }
      const print = await vault.fingerprint(identityOf(credential));
      const commit = kv.atomic().check(entry)
        .set(key, await encodeCredential(vault, credential, print))
        .delete(credentialPrintKey(stored.print))
        .set(credentialPrintKey(print), stored.id);
      return { commit, done: () => {} };
    });
  }
}

async function resealExpiring(session: Session, former: Vault): Promise<void> {
  const expiring = openExpiring(session);
  for await (const { key, value } of session.kv.list<{ readonly until?: number }>({ prefix: ["expiring"] })) {
    const [, kind = "", id = ""] = key.map(String);
    const left = (value?.until ?? 0) - session.clock.now();
    const before = left > 0 ? await expiring.get(kind, id) : undefined;
    if (before === undefined) continue;
    const next = await resealed(before, session.vault, former);
    if (next !== before) await expiring.put(kind, id, next, left);
  }
}

/** The value with each text in it that the former key opens sealed by the new one; the very same value when there is none. */
async function resealed(value: Json, vault: Vault, former: Vault): Promise<Json> {
  if (typeof value === "string") {
    if (!value.startsWith("v1.") || !await opens(former, value)) return value;
    return await vault.seal(await former.open(value));
  }
  if (Array.isArray(value)) {
    const items = await Promise.all(value.map((item: Json) => resealed(item, vault, former)));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isObject(value)) return value;
  const entries = await Promise.all(
    Object.entries(value).map(async ([name, one]) =>
      [name, await resealed(one as Json, vault, former)] as const
    ),
  );
  const same = entries.every(([name, one]) => one === (value as Record<string, unknown>)[name]);
  return same ? value as Json : Object.fromEntries(entries);
}

async function opens(vault: Vault, sealed: string, context?: string): Promise<boolean> {
  try {
    await vault.open(sealed, context);
    return true;
  } catch {
    return false;
  }
}

/** A kept backup opens with the new key from then on; one of another database stays as it is. */
async function resealBackup(path: string, { vault, newId }: Session, former: Vault): Promise<void> {
  let document: unknown;
  try {
    document = JSON.parse(await Deno.readTextFile(path));
  } catch {
    return;
  }
  if (!isObject(document) || typeof document["sealed"] !== "string") return;
  if (!await opens(former, document["sealed"])) return;
  const sealed = await vault.seal(await former.open(document["sealed"]));
  const draft = `${path}.partial-${newId("")}`;
  await Deno.writeTextFile(draft, JSON.stringify({ ...document, sealed, salt: vault.salt }), {
    mode: 0o600,
    createNew: true,
  });
  await Deno.rename(draft, path);
}
