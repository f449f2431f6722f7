import assert from "node:assert/strict";
import type { CredentialId } from "../core/mod.ts";
import type { PoolEvent } from "../pool/mod.ts";
import { KEY, withApi } from "../../tests/support/api_bench.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { Publisher } from "./publisher.ts";

/** A publisher on real rooms whose pool's events are told by hand. */
function withPublisher(
  run: (tell: (event: PoolEvent) => void, deps: AdminDeps) => Promise<void>,
): Promise<void> {
  return withApi(async ({ proxy, client }) => {
    await client.addKeys({ key: KEY });
    const { services } = proxy;
    let tell: (event: PoolEvent) => void = () => {};
    const pool = {
      ...services.pool,
      capProgress: () => [],
      subscribe(listener: (event: PoolEvent) => void) {
        tell = listener;
        return () => {};
      },
    };
    const deps: AdminDeps = { ...services, pool, version: "0", startedAt: 0 };
    const publisher = new Publisher(deps);
    await run(tell, deps);
    await publisher.close();
  }, { LOG_LEVEL: "info" });
}

async function alertsOf({ ledger }: AdminDeps, wanted: number): Promise<string[]> {
  for (let tries = 0; tries < 200; tries++) {
    await ledger.flush();
    const lines = await ledger.logs({ limit: 50, kind: "alert" });
    if (lines.length >= wanted) return lines.map((line) => line.message).reverse();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("The alerts did not come");
}

Deno.test("Publisher calls keys by their names in the log, not by their ids", () =>
  withPublisher(async (tell, deps) => {
    const [key] = await deps.store.credentials.list();
    const id = key?.id ?? ("" as CredentialId);
    await deps.store.credentials.update(id, { label: "work laptop" });
    const until = Date.now() + 30_000;
    const cooled = { type: "cooled", credential: id, until } as const;
    tell({
      ...cooled,
      scope: `api_key/${id}/gemini-2.5-pro`,
      reason: `The limit is used up until ${new Date(until).toISOString()}.`,
    });
    tell({ ...cooled, scope: "credential", reason: "It may not call" });
    tell({ type: "cooled", until, scope: "api_key/my-project/gemini-2.5-pro", reason: "The day is over" });
    const logged = async () =>
      (await deps.ledger.logs({ limit: 50, kind: "pool" })).map((line) => line.message);
    for (let tries = 0; tries < 200 && (await logged()).length < 3; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const shown = (await logged()).map((line) => line.replace(/\d+ s$/, "30 s")).toSorted();
    assert.deepEqual(shown, [
      "all on work laptop: It may not call, for 30 s",
      "gemini-2.5-pro on my-project: The day is over, for 30 s",
      "gemini-2.5-pro on work laptop: The limit is used up, for 30 s",
    ]);
  }));

Deno.test("Publisher keeps a death that the pool found, with its reason", () =>
  withPublisher(async (tell, deps) => {
    const [key] = await deps.store.credentials.list();
    tell({
      type: "dead",
      credential: key?.id ?? ("" as CredentialId),
      at: 0,
      reason: "API key expired",
      status: 400,
    });
    await alertsOf(deps, 1);
    assert.equal((await deps.store.credentials.list())[0]?.dead?.reason, "API key expired");
  }));
