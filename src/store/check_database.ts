import { DatabaseSync } from "node:sqlite";
import { join } from "@std/path";
import { StoreOpenError } from "./open_error.ts";

/** Larger files are only partly checked: reading all of one would delay a start too long. */
const WHOLE_BYTES = 64 * 1024 * 1024;
/** Tables that Deno KV reads in the background, where damage would end the process. */
const TABLES = ["data_version", "kv", "queue", "queue_running"];

/** True for SQLite's errors about a file that no retry will open. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && /malformed|not a database|disk image|corrupt/i.test(error.message);
}

/** Why a database file is damaged; undefined for a sound, new, empty or absent one. */
export function damageOf(path: string, size: number): string | undefined {
  if (size === 0) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const present = database.prepare("select name from sqlite_master where type = 'table'").all();
    const names = new Set(present.map(({ name }) => String(name)));
    for (const table of TABLES.filter((table) => names.has(table))) {
      database.prepare(`select * from ${table} limit 1`).all();
    }
    if (size > WHOLE_BYTES) return undefined;
    const [said] = database.prepare("pragma quick_check(1)").all();
    const verdict = String(Object.values(said ?? { ok: "ok" })[0]);
    return verdict === "ok" ? undefined : verdict.replaceAll(/\s+/g, " ").slice(0, 200);
  } catch (error) {
    // Locks and missing permissions are reported by the opening itself.
    return isDamage(error) && error instanceof Error ? error.message : undefined;
  } finally {
    database?.close();
  }
}

/** The refusal of a damaged database: it names the newest backup and the command that restores it. */
export async function damaged(
  path: string,
  home: string | undefined,
  reason: string,
): Promise<StoreOpenError> {
  const folder = home === undefined ? undefined : join(home, "backups");
  const newest = folder === undefined ? undefined : (await backupsIn(folder)).at(-1);
  const remedy = newest === undefined
    ? `There is no backup${
      folder === undefined ? "" : ` in ${folder}`
    }. Move the file away to begin with an empty database.`
    : `Put the newest backup in its place (the damaged files are set aside, nothing is deleted):\n` +
      `  geminitro import ${quoted(newest)} --replace-database`;
  return new StoreOpenError(`The database ${path} is damaged: ${reason}. ${remedy}`);
}

/** Quotes a path for a shell. */
function quoted(path: string): string {
  if (/^[\w@%+=:,./\\-]+$/.test(path)) return path;
  return Deno.build.os === "windows" ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`;
}

const NAME = /^backup-(\d{4}-\d\d-\d\d)(?:-(\d{1,6}))?\.json$/;

/** The day of a backup by its file's name; undefined for another file. */
export function backupDay(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

/** Name of a day's backup; further ones of the day, made of other databases, have a number. */
export function backupName(day: string, number: number): string {
  return `backup-${day}${number === 1 ? "" : `-${number}`}.json`;
}

/** Backups in a folder, oldest first; none when there is no such folder. */
export async function backupsIn(folder: string): Promise<readonly string[]> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    return names.filter((name) => NAME.test(name)).sort((a, b) => order(a) < order(b) ? -1 : 1)
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

function order(name: string): string {
  const [, day = "", number = "1"] = NAME.exec(name) ?? [];
  return `${day} ${number.padStart(6, "0")}`;
}
