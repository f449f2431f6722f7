import { type Admin, createAdmin } from "../admin/mod.ts";
import { createCatalog } from "../catalog/mod.ts";
import type { Settings } from "../config/mod.ts";
import { createLedger } from "../ledger/mod.ts";
import { createPool } from "../pool/mod.ts";
import { openStore } from "../store/mod.ts";
import { systemPorts } from "../system/mod.ts";
import type { Door } from "./door.ts";
import { rememberedCredentials } from "./remembered_credentials.ts";
import { visitUpstreams } from "./visit_upstreams.ts";

/** Beside what every door offers, what only the database itself gives. */
export type DirectDoor = Door & Pick<Admin, "backupDocument">;

/** Opens the use-cases on the database itself, for a short visit: it takes no share of the pool and writes no log. */
export async function openDirectDoor(settings: Settings, version: string): Promise<DirectDoor> {
  const ports = systemPorts();
  const { clock, random, newId } = ports;
  const opened = await openStore({
    path: settings.kv,
    home: settings.home,
    clock,
    random,
    newId,
    ...(settings.masterKey === undefined ? {} : { masterKey: settings.masterKey }),
    announce: false,
  });
  const credentialRecords = rememberedCredentials(opened.credentials, () => opened.epoch());
  const store = { ...opened, credentials: credentialRecords };
  const ledger = createLedger({ store, settings, ports, print: () => {} });
  const catalog = await createCatalog({ store, settings, clock, onProblem: () => {} });
  const credentials = await store.credentials.list();
  const pool = await createPool({ store, settings, catalog, ports, credentials });
  const sources = visitUpstreams({ settings, store, ledger, ports });
  const startedAt = clock.now();
  const admin = await createAdmin({
    store,
    settings,
    catalog,
    pool,
    ledger,
    upstreams: sources.upstreams,
    ready: sources.ready,
    oauth: sources,
    calls: { list: () => [], cancel: () => false },
    ports,
    version,
    startedAt,
  });
  return {
    ...admin,
    health: () => admin.health(true),
    models: () => Promise.resolve(admin.models()),
    async close() {
      await admin.close();
      await sources.close();
      await pool.close();
      catalog.close();
      await ledger.close();
      await store.close();
    },
  };
}
