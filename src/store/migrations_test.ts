import assert from "node:assert/strict";
import { join } from "node:path";
import { HandClock } from "../../tests/support/store_ports.ts";
import { leaseKey, schemaKey } from "./keys.ts";
import { migrate, type Migration, type MigrationSite } from "./migrations.ts";
import { StoreOpenError } from "./open_error.ts";
import type { Place } from "./place.ts";
import { Quarantine } from "./quarantine.ts";
import { removeFolder } from "../../tests/support/remove_folder.ts";

const steps: readonly Migration[] = [
  { version: 2, name: "second", run: async (kv) => void await kv.set(["x"], "two") },
  {
    version: 3,
    name: "third",
    run: async (kv) => void await kv.set(["x"], `${(await kv.get(["x"])).value} three`),
  },
];

async function onSite(
  path: string,
  place: Place,
  work: (site: MigrationSite) => Promise<void>,
): Promise<void> {
  const kv = await Deno.openKv(path);
  try {
    await work({ kv, place, clock: new HandClock(), quarantine: new Quarantine() });
  } finally {
    kv.close();
  }
}

const inMemory = (work: (site: MigrationSite) => Promise<void>) =>
  onSite(":memory:", { kind: "memory" }, work);

Deno.test("migrate() stamps a new database with the newest layout and runs nothing", () =>
  inMemory(async (site) => {
    await migrate(site, steps);
    assert.deepEqual((await site.kv.get(schemaKey)).value, { v: 1, version: 3 });
    assert.equal((await site.kv.get(["x"])).value, null);
  }));

Deno.test("migrate() runs the missing steps in order after a copy of the file", async () => {
  const home = await Deno.makeTempDir();
  const path = join(home, "store.sqlite3");
  try {
    await onSite(path, { kind: "file", path, home }, async (site) => {
      await site.kv.atomic().set(schemaKey, { v: 1, version: 1 }).set(["x"], "one").commit();
      await migrate(site, steps);
      assert.equal((await site.kv.get(["x"])).value, "two three");
      assert.deepEqual((await site.kv.get(schemaKey)).value, { v: 1, version: 3 });
      assert.equal((await site.kv.get(leaseKey("migration"))).value, null);
      const [copy, ...more] = await Array.fromAsync(Deno.readDir(join(home, "backups")));
      assert.ok(copy !== undefined && more.length === 0);
      const before = await Deno.openKv(join(home, "backups", copy.name));
      assert.equal((await before.get(["x"])).value, "one");
      before.close();
    });
  } finally {
    await removeFolder(home);
  }
});

Deno.test("migrate() refuses a newer layout, a damaged number and a running migration, and changes nothing", () =>
  inMemory(async (site) => {
    const refused = async (stored: unknown, message: RegExp) => {
      await site.kv.set(schemaKey, stored);
      await assert.rejects(migrate(site, steps), (error) => {
        return error instanceof StoreOpenError && message.test(error.message);
      });
      assert.deepEqual((await site.kv.get(schemaKey)).value, stored);
    };
    await refused({ v: 1, version: 9 }, /newer GemiNitro/);
    await refused("nonsense", /cannot be read/);
    await site.kv.set(leaseKey("migration"), { v: 1, holder: "x", until: site.clock.now() + 1 });
    await refused({ v: 1, version: 1 }, /Another process/);
  }));
