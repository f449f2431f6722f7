import { type JsonObject, ok } from "../core/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { openCredential } from "./credential_file.ts";
import { exportFile } from "./export_file.ts";
import type { Outcome } from "./problem.ts";

/** Backups that are kept. */
const KEEP = 7;
const NAME_REGEXP = /^backup-\d{4}-\d\d-\d\d\.json$/;

export interface BackupReport {
  /** Null for a database in memory, which has no folder. */
  readonly file: string | null;
  readonly removed: number;
}

/**
 * Writes today's backup unless it is there: the export without a passphrase, credentials sealed with the database's own key.
 * The seven newest are kept. Files are readable by their owner alone.
 */
export async function backUp(deps: AdminDeps): Promise<Outcome<BackupReport>> {
  const { settings, ports } = deps;
  if (settings.kv === ":memory:") return ok({ file: null, removed: 0 });
  const folder = `${settings.home}/backups`;
  const file = `${folder}/backup-${new Date(ports.clock.now()).toISOString().slice(0, 10)}.json`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  if (!await exists(file)) {
    const document = await backupDocument(deps);
    if (!document.ok) return document;
    const partial = `${file}.partial-${ports.newId("")}`;
    await Deno.writeTextFile(partial, JSON.stringify(document.value), { mode: 0o600, createNew: true });
    await Deno.rename(partial, file);
  }
  return ok({ file, removed: await removeOld(folder) });
}

async function backupDocument(deps: AdminDeps): Promise<Outcome<JsonObject>> {
  const document = await exportFile(deps);
  if (!document.ok) return document;
  const [credentials, clients] = [await deps.store.credentials.list(), await deps.store.clients.list()];
  const sealed = await deps.store.vault.seal(
    JSON.stringify({ credentials: credentials.map(openCredential), clients }),
  );
  return ok({ ...document.value, sealed });
}

async function removeOld(folder: string): Promise<number> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) if (NAME_REGEXP.test(entry.name)) names.push(entry.name);
  const old = names.sort().reverse().slice(KEEP);
  for (const name of old) await Deno.remove(`${folder}/${name}`);
  return old.length;
}

async function exists(file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
