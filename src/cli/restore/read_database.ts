import { backup, DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { valueOf } from "../value_of.ts";
import type { Context } from "../command.ts";

/**
 * What a database of another data folder holds, as a backup of it; undefined when it is damaged. It is read from a copy, which
 * SQLite makes whole even while a server writes to it.
 */
export async function readDatabase(
  context: Context,
  path: string,
  masterKey: string | undefined,
): Promise<unknown> {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-import-" });
  try {
    const copy = join(folder, "geminitro.sqlite3");
    if (!await copied(path, copy)) return undefined;
    const { masterKey: own, ...settings } = await context.settings();
    const key = masterKey ?? own;
    const visit = await context.services.visit({
      ...settings,
      home: folder,
      kv: copy,
      ...(key === undefined ? {} : { masterKey: key }),
    });
    try {
      return valueOf(await visit.admin.backupDocument());
    } finally {
      await visit.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** SQLite's own backup: VACUUM INTO needs more rights than this program has. */
async function copied(from: string, to: string): Promise<boolean> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(from, { readOnly: true });
    await backup(database, to);
    return true;
  } catch {
    return false;
  } finally {
    database?.close();
  }
}
