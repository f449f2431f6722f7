import { dirname, join } from "node:path";
import type { LocalClient } from "../../management/client.ts";
import type { ImportReport } from "../../management/contract.ts";
import type { Context } from "../command.ts";
import { CommandError } from "../command_error.ts";

/** SQLite's file and those that belong to it. */
const PARTS = ["", "-wal", "-shm"];

/**
 * Imports into a new database and only then puts it where the old one lay, which is set aside. Whenever it is interrupted,
 * either database is whole, and the same command goes on.
 */
export async function replaceDatabase(
  context: Context,
  input: NonNullable<Parameters<LocalClient["importFile"]>[0]>,
): Promise<{ readonly report: ImportReport; readonly setAside: string | undefined }> {
  const settings = await context.settings();
  const { kv, home } = settings;
  if (kv === ":memory:" || kv.includes("://")) {
    throw new CommandError("Only a database in a file can be replaced", {
      hint: "Import without --replace-database: what is there stays, the rest is added.",
    });
  }
  const running = await context.server();
  if (running !== undefined) {
    throw new CommandError(`The server runs (process ${running.pid}) and has its database open`, {
      hint: "Stop it first: geminitro stop. Or import without --replace-database, into the running server.",
    });
  }
  await needsMasterKey(home, settings.masterKey, input.masterKey);
  const fresh = join(dirname(kv), `restoring-${crypto.randomUUID()}.sqlite3`);
  try {
    const visit = await context.services.visit({ ...settings, kv: fresh });
    const report = await visit.client.importFile(input).finally(() => visit.close());
    return { report, setAside: await swap(kv, fresh) };
  } finally {
    for (const part of PARTS) await Deno.remove(fresh + part).catch(() => {});
  }
}

/** A new key file beside an old backup would only hide that the right one is missing. */
async function needsMasterKey(
  home: string,
  own: string | undefined,
  given: string | undefined,
): Promise<void> {
  if (own !== undefined || given !== undefined) return;
  const path = join(home, "secret.key");
  if (await Deno.stat(path).catch(() => undefined) !== undefined) return;
  throw new CommandError(`The key file ${path} is missing, and a backup cannot be opened without it`, {
    hint: "Put the file back, set GEMINITRO_MASTER_KEY, or give --master-key-file.",
  });
}

/** Moves the old files away and the new ones in; gives where the old ones lie, undefined when there were none. */
async function swap(kv: string, fresh: string): Promise<string | undefined> {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, "-");
  const aside = `${kv}.set-aside-${stamp}`;
  const moved = await Promise.all(PARTS.toReversed().map((part) => move(kv + part, aside + part)));
  for (const part of PARTS.toReversed()) await move(fresh + part, kv + part);
  return moved.includes(true) ? aside : undefined;
}

async function move(from: string, to: string): Promise<boolean> {
  try {
    await Deno.rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
