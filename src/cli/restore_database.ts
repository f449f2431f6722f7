import { backup, DatabaseSync } from "node:sqlite";
import { dirname, join } from "@std/path";
import { CommandError, type Context } from "./command.ts";
import type { LocalClient } from "../management/client.ts";
import type { ImportReport } from "../management/contract.ts";
import type { AdminProblem, Outcome } from "../admin/mod.ts";

/**
 * Reads the database of another data folder as a backup; undefined when it is damaged. Reads a copy, which
 * SQLite keeps consistent even while a server writes.
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

/** Uses SQLite's backup function: VACUUM INTO needs more permissions than this program has. */
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

/** SQLite's file and those that belong to it. */
const PARTS = ["", "-wal", "-shm"];

/**
 * Imports into a new database and then moves it to the place of the old one, which is kept aside. After an
 * interruption either database is complete, and the same command continues.
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

/** Creating a new key file beside an old backup would only hide that the right one is missing. */
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

/** Moves the old files away and the new ones in; returns the path of the old ones, undefined when there were none. */
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

/** The value of a use-case's answer; a refusal ends the command with its message. */
function valueOf<Value>(outcome: Outcome<Value>): Value {
  if (outcome.ok) return outcome.value;
  throw refusal(outcome.error);
}

function refusal({ message, code }: AdminProblem): CommandError {
  return new CommandError(message, { code });
}
