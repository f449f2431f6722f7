import { whileLocked } from "./commit.ts";
import { recordPrefix, vaultKey } from "./keys.ts";
import { layNextMasterKey } from "./master_key.ts";
import { StoreOpenError } from "./open_error.ts";
import { homeOf, keySource, openStore, type StoreOptions } from "./open_store.ts";
import { openPlace, placeOf } from "./place.ts";
import { Quarantine } from "./quarantine.ts";
import { decodeVault, formerRecord } from "./vault.ts";

/**
 * Replaces the master key and seals everything again, including backups. The change itself is one commit; after an
 * interruption the next opening, with the new key, continues. Throws a StoreOpenError while another process has the database
 * open. A key that lies in the data folder's file is changed there as well.
 */
export async function changeMasterKey(options: StoreOptions, next: string): Promise<void> {
  // Completes an interrupted change first, and detects a wrong key.
  await (await openStore({ ...options, announce: false })).close();
  const place = placeOf(options.path, options.home);
  const home = homeOf(options, place);
  const source = keySource(options, place, home);
  if (source.kind === "file") await layNextMasterKey(source.home, next);
  const kv = await whileLocked(() => openPlace(place, home), options.random);
  try {
    await refuseWhileOpen(kv, options.clock.now());
    const entry = await kv.get(vaultKey, { consistency: "strong" });
    const stored = new Quarantine().read(entry, decodeVault);
    if (stored === undefined) {
      throw new StoreOpenError("The database's key record cannot be read. Nothing was changed.");
    }
    const record = await formerRecord(stored, { source, newId: options.newId }, next);
    if (!(await kv.atomic().check(entry).set(vaultKey, record).commit()).ok) {
      throw new StoreOpenError("Another process changed the database at the same moment. Try again.");
    }
  } finally {
    kv.close();
  }
  const { masterKey: _former, ...rest } = options;
  const renewed = source.kind === "file" ? rest : { ...rest, masterKey: next };
  await (await openStore({ ...renewed, announce: false })).close();
}

async function refuseWhileOpen(kv: Deno.Kv, now: number): Promise<void> {
  for await (const { value } of kv.list<{ readonly until?: number }>({ prefix: recordPrefix("process") })) {
    if ((value?.until ?? 0) > now) {
      throw new StoreOpenError("A server has this database open: stop it first. Nothing was changed.");
    }
  }
}
