import { isObject, type Json } from "../core/mod.ts";
import { backupsIn } from "./check_database.ts";
import { openCredential, sealCredential } from "./config_storage.ts";
import { identityOf } from "./credential_draft.ts";
import { openExpiring } from "./expiring.ts";
import { Fields } from "./fields.ts";
import { epochKey, recordPrefix, vaultKey } from "./keys.ts";
import { decodePacked, dropParts, pack, type Packed, unpack } from "./packed.ts";
import { commit, type Session } from "./session.ts";
import { decodeVault, type Vault } from "./vault.ts";
import { writeWholeFile } from "../system/mod.ts";

/**
 * Seals everything again after the master key was changed, and then removes the former key. Each record is changed
 * separately, and changed ones are skipped, so that the next opening continues after an interruption.
 */
export async function reseal(session: Session, former: Vault, folders: readonly string[]): Promise<void> {
  await resealCredentials(session, former);
  await resealSettings(session, former);
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
  const { vault } = session;
  await rewriteEach(session, recordPrefix("credential"), async (record) => {
    const { id, sealed } = record;
    if (typeof id !== "string" || typeof sealed !== "string" || !await opens(former, sealed, id)) return;
    const credential = await openCredential(former, record).catch(() => undefined);
    // A record that this version cannot read is kept for one that can.
    if (credential === undefined) {
      return { ...record, sealed: await vault.seal(await former.open(sealed, id), id) };
    }
    return await sealCredential(vault, credential, await vault.fingerprint(identityOf(credential)));
  });
}

async function resealSettings(session: Session, former: Vault): Promise<void> {
  const replaced: Packed[] = [];
  await rewriteEach(session, recordPrefix("setting"), async (record) => {
    const packed = decodePacked(new Fields(record));
    const value = await unpack(session.kv, packed);
    const next = value === undefined ? value : await resealed(value, session.vault, former);
    if (next === undefined || next === value) return;
    replaced.push(packed);
    return await pack(session, next);
  });
  for (const packed of replaced) await dropParts(session, packed);
}

/** Gives each record under a prefix a new value, or keeps it; each change sets a new epoch. */
async function rewriteEach(
  session: Session,
  prefix: Deno.KvKey,
  change: (record: Readonly<Record<string, unknown>>) => Promise<object | undefined>,
): Promise<void> {
  const { kv, quarantine, processId } = session;
  for await (const { key } of kv.list({ prefix })) {
    await commit<void>(session, async () => {
      const entry = await kv.get(key);
      const record = quarantine.record(entry);
      const next = record === undefined ? undefined : await change(record);
      if (next === undefined) return { answer: undefined };
      const atomic = kv.atomic().check(entry).set(key, { v: 1, ...next });
      return { commit: atomic.set(epochKey, { v: 1, by: processId }), done: () => {} };
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

/** The value with each text that the former key opens sealed by the new key; the same object when there is none. */
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

/** Seals a backup with the new key; one of another database is unchanged. */
async function resealBackup(path: string, { vault }: Session, former: Vault): Promise<void> {
  let document: unknown;
  try {
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    document = JSON.parse(await Deno.readTextFile(path));
  } catch {
    return;
  }
  if (!isObject(document) || typeof document["sealed"] !== "string") return;
  if (!await opens(former, document["sealed"])) return;
  const sealed = await vault.seal(await former.open(document["sealed"]));
  await writeWholeFile(path, JSON.stringify({ ...document, sealed, salt: vault.salt }));
}
