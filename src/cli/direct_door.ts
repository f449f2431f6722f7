import { createAdmin } from "../admin/mod.ts";
import { createCatalog } from "../catalog/mod.ts";
import type { Settings } from "../config/mod.ts";
import type { SourceName } from "../core/mod.ts";
import { createLedger } from "../ledger/mod.ts";
import { createPool } from "../pool/mod.ts";
import { openStore } from "../store/mod.ts";
import { systemPorts } from "../system/mod.ts";
import { createAiStudio, type Upstream } from "../upstreams/mod.ts";
import type { Door } from "./door.ts";

/** Opens the use-cases on the database itself, for a short visit: it takes no share of the pool and writes no log. */
export async function openDirectDoor(settings: Settings, version: string): Promise<Door> {
  const ports = systemPorts();
  const { clock, random, newId } = ports;
  const store = await openStore({
    path: settings.kv,
    home: settings.home,
    clock,
    random,
    newId,
    ...(settings.masterKey === undefined ? {} : { masterKey: settings.masterKey }),
    announce: false,
  });
  const ledger = createLedger({ store, settings, ports, print: () => {} });
  const catalog = await createCatalog({ store, settings, clock, onProblem: () => {} });
  const credentials = await store.credentials.list();
  const pool = await createPool({ store, settings, catalog, ports, credentials });
  const upstreams = new Map<SourceName, Upstream>([[
    "api_key",
    createAiStudio({ url: settings.geminiApiUrl }),
  ]]);
  const startedAt = clock.now();
  const admin = await createAdmin({
    store,
    settings,
    catalog,
    pool,
    ledger,
    upstreams,
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
      await pool.close();
      catalog.close();
      await ledger.close();
      await store.close();
    },
  };
}
