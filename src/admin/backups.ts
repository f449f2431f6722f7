import { basename, join } from "@std/path";
import { isObject, type JsonObject, ok } from "../core/mod.ts";
import type { AdminDeps, Outcome } from "./admin_deps.ts";
import { exportFile, isSealed, openCredential } from "./export_file.ts";
import { backupDay, backupName, backupsIn } from "../store/mod.ts";
import { writeWholeFile } from "../system/mod.ts";

/** Days whose backups are kept. */
const KEEP_DAYS = 7;
/** Created again whenever a database is opened, so a backup need not have them. */
const NOT_KEPT_SETTINGS: readonly string[] = ["dashboard-session"];
/** Names of records that concern one run of one process only. */
const NOT_KEPT_STATE = /^(?:job |share:)/;

export interface BackupReport {
  /** Null for a database in memory, which has no folder, and for one with nothing in it. */
  readonly file: string | null;
  readonly removed: number;
}

/**
 * Writes today's backup, again if the configuration has changed since. Never overwrites a backup of another
 * database, so that the backups made before a loss stay. Only their owner can read the files.
 */
export async function backUp(deps: AdminDeps): Promise<Outcome<BackupReport>> {
  const { settings } = deps;
  if (settings.kv === ":memory:") return ok({ file: null, removed: 0 });
  const folder = `${settings.home}/backups`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await completeOlder(deps, folder);
  const document = await backupDocument(deps);
  if (!document.ok) return document;
  if (isEmpty(document.value)) return ok({ file: null, removed: 0 });
  const file = await placeFor(deps, folder);
  if (file.epoch !== deps.store.epoch()) await writeWholeFile(file.path, JSON.stringify(document.value));
  return ok({ file: file.path, removed: await removeOld(deps, folder) });
}

/**
 * The export without a passphrase, plus everything that it leaves out, sealed with the master key. The salt is
 * in it too, so that another database needs only the master key to open it.
 */
export async function backupDocument(deps: AdminDeps): Promise<Outcome<JsonObject>> {
  const { store } = deps;
  const document = await exportFile(deps);
  if (!document.ok) return document;
  const [credentials, clients] = [await store.credentials.list(), await store.clients.list()];
  const sealed = await store.vault.seal(
    JSON.stringify({
      credentials: credentials.map(openCredential),
      clients,
      settings: await sealedSettings(deps),
    }),
  );
  const poolState = (await store.poolState.list()).filter(({ name }) => !NOT_KEPT_STATE.test(name));
  return ok({
    ...document.value,
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    poolState: JSON.parse(JSON.stringify(poolState)),
    epoch: store.epoch(),
    salt: store.vault.salt,
    sealed,
  });
}

/** Opens sealed settings; the caller must seal them again. */
async function sealedSettings({ store }: AdminDeps) {
  const found: { readonly name: string; readonly value: JsonObject; readonly text: string }[] = [];
  for (const { name, value: { sealed, ...value } } of await store.settings.list()) {
    if (typeof sealed !== "string" || !isSealed({ sealed }) || NOT_KEPT_SETTINGS.includes(name)) continue;
    found.push({ name, value, text: await store.vault.open(sealed) });
  }
  return found;
}

function isEmpty(document: JsonObject): boolean {
  const groups = ["credentials", "clients", "aliases", "quotaGroups", "fallbacks", "caps", "settings"];
  return groups.every((group) => (document[group] as readonly unknown[]).length === 0);
}

/** Today's backup file of this database with the epoch it was written at, or the first free name. */
async function placeFor({ store, ports }: AdminDeps, folder: string) {
  const day = new Date(ports.clock.now()).toISOString().slice(0, 10);
  for (let number = 1;; number++) {
    const path = join(folder, backupName(day, number));
    const there = await readBackup(path);
    if (there === undefined) return { path, epoch: undefined };
    if (there["salt"] === store.vault.salt) return { path, epoch: there["epoch"] };
  }
}

/** Undefined when there is no such file; a file that is not JSON counts as a backup of another database. */
async function readBackup(path: string): Promise<JsonObject | undefined> {
  try {
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    const document: unknown = JSON.parse(await Deno.readTextFile(path));
    return isObject(document) ? document as JsonObject : {};
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/**
 * Backups of earlier versions lack the salt, which would be lost with the database; adds it while the database
 * exists.
 */
async function completeOlder(deps: AdminDeps, folder: string): Promise<void> {
  for (const path of await backupsIn(folder)) {
    const document = await readBackup(path);
    const sealed = document?.["sealed"];
    if (document === undefined || typeof sealed !== "string" || document["salt"] !== undefined) continue;
    try {
      await deps.store.vault.open(sealed);
    } catch {
      continue;
    }
    await writeWholeFile(path, JSON.stringify({ ...document, salt: deps.store.vault.salt }));
  }
}

/** Removes all backups but those of the newest days, and remains of interrupted writes. */
async function removeOld({ ports }: AdminDeps, folder: string): Promise<number> {
  const paths = await backupsIn(folder);
  const dayOf = (path: string) => backupDay(basename(path)) ?? "";
  const kept = new Set([...new Set(paths.map(dayOf))].sort().reverse().slice(0, KEEP_DAYS));
  const old = paths.filter((path) => !kept.has(dayOf(path)));
  for (const path of old) await Deno.remove(path);
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^\.?backup-.*\.partial-/.test(name)) continue;
    const { mtime } = await Deno.stat(`${folder}/${name}`);
    if (ports.clock.now() - (mtime?.getTime() ?? 0) > 3_600_000) await Deno.remove(`${folder}/${name}`);
  }
  return old.length;
}
