import type { LocalClient } from "../../src/management/client.ts";
import type { HealthView } from "./views.ts";

/** Reads the state of the process. */
export async function readHealth(client: LocalClient): Promise<HealthView> {
  const { status, version, uptime, keys, models, queue } = await client.health();
  const { total, active, cooldown, dead, minCooldown } = keys;
  return {
    status,
    version,
    uptimeMs: uptime * 1_000,
    keys: { total, active, cooldown, dead, minCooldownMs: minCooldown * 1_000 },
    models,
    queue,
  };
}
