import { backup, DatabaseSync } from "node:sqlite";
import type { Clock } from "../core/mod.ts";
import type { Decode } from "./fields.ts";
import { leaseKey, schemaKey } from "./keys.ts";
import { StoreOpenError } from "./open_error.ts";
import type { Place } from "./place.ts";
import type { Quarantine } from "./quarantine.ts";

/** One numbered change of the layout; must be safe to repeat after an interruption. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  run(kv: Deno.Kv): Promise<void>;
}

/** All changes since the first layout, which is version 1. */
const MIGRATIONS: readonly Migration[] = [];

const LEASE_MS = 60_000;
const decodeVersion: Decode<number> = (fields) => fields.number("version");
const decodeUntil: Decode<number> = (fields) => fields.number("until");

/** Parts that a migration needs of the database that is being opened. */
export interface MigrationSite {
  readonly kv: Deno.Kv;
  readonly place: Place;
  readonly clock: Clock;
  readonly quarantine: Quarantine;
}

/**
 * Brings the database to the newest layout, one process at a time, after a copy of the file. Refuses a database that a
 * newer program has written.
 */
export async function migrate(
  site: MigrationSite,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const { kv, quarantine } = site;
  const newest = migrations.at(-1)?.version ?? 1;
  const entry = await kv.get(schemaKey);
  const version = quarantine.read(entry, decodeVersion);
  if (version === newest) return;
  if (version === undefined) return await stampFirst(site, entry, newest, migrations);
  if (version > newest) {
    throw new StoreOpenError(
      `The database has layout ${version}, made by a newer GemiNitro; this one knows up to ${newest}. Update the program. Nothing was changed.`,
    );
  }
  await underLease(site, async () => {
    await backUp(site, version);
    for (const step of migrations.filter((migration) => migration.version > version)) {
      await step.run(kv);
      await kv.set(schemaKey, { v: 1, version: step.version });
    }
  });
}

async function stampFirst(
  site: MigrationSite,
  entry: Deno.KvEntryMaybe<unknown>,
  newest: number,
  migrations: readonly Migration[],
): Promise<void> {
  if (entry.value !== null) {
    throw new StoreOpenError(
      "The database's layout number cannot be read; the file is damaged or not GemiNitro's. Nothing was changed.",
    );
  }
  const made = await site.kv.atomic().check(entry).set(schemaKey, { v: 1, version: newest }).commit();
  if (!made.ok) await migrate(site, migrations);
}

/** Runs `work` while no other process migrates; an abandoned lease expires. */
async function underLease(site: MigrationSite, work: () => Promise<void>): Promise<void> {
  const key = leaseKey("migration");
  const entry = await site.kv.get(key);
  const until = site.quarantine.read(entry, decodeUntil);
  const now = site.clock.now();
  const lease = { v: 1, holder: "migration", until: now + LEASE_MS };
  const taken = (until === undefined || until <= now) &&
    (await site.kv.atomic().check(entry).set(key, lease, { expireIn: LEASE_MS * 2 }).commit()).ok;
  if (!taken) {
    throw new StoreOpenError(
      "Another process is bringing the database to a new layout. Try again in a minute.",
    );
  }
  try {
    await work();
  } finally {
    await site.kv.delete(key);
  }
}

/** A consistent copy through SQLite itself: a plain copy of the file would miss its write-ahead log. */
async function backUp(site: MigrationSite, version: number): Promise<void> {
  if (site.place.kind !== "file") return;
  const folder = `${site.place.home}/backups`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const copy = `${folder}/layout-${version}-${site.clock.now()}.sqlite3`;
  const database = new DatabaseSync(site.place.path, { readOnly: true });
  try {
    // VACUUM INTO would need more permissions than this program has.
    await backup(database, copy);
  } finally {
    database.close();
  }
  if (Deno.build.os !== "windows") await Deno.chmod(copy, 0o600);
}
