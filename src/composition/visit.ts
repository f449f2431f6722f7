import type { Admin } from "../admin/mod.ts";
import type { Settings } from "../config/mod.ts";
import { OWNER } from "../core/mod.ts";
import type { LocalClient } from "../management/client.ts";
import { createLocalClient } from "../management/mod.ts";
import { systemPorts } from "../system/mod.ts";
import { openServices } from "./open_services.ts";

/** The management API directly on the database, without a server. */
export interface Visit {
  readonly client: LocalClient;
  readonly admin: Admin;
  close(): Promise<void>;
}

/** Opens the use-cases for a short visit. It prints nothing and changes only what it is asked to change. */
export async function openVisit(settings: Settings, version: string): Promise<Visit> {
  const services = await openServices({
    settings,
    version,
    ports: systemPorts(),
    print: () => {},
    calls: { list: () => [], cancel: () => false },
    visitor: true,
  });
  const { admin, ledger, oauth } = services;
  const client = { id: OWNER, name: "owner", owner: true };
  return {
    client: createLocalClient({ admin, ledger, oauth, client }),
    admin,
    close: () => services.close(),
  };
}
