import assert from "node:assert/strict";
import type { Ports } from "../../src/core/mod.ts";
import { createPool } from "../../src/pool/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { leaseRequestOf, SETTINGS } from "../support/pool_fixture.ts";

const ports: Pick<Ports, "clock" | "random" | "newId"> = {
  clock: {
    now: () => Date.now(),
    after(ms, task) {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
  },
  random: Math.random,
  newId: (prefix) => prefix + crypto.randomUUID().replaceAll("-", ""),
};
const catalog = { groupOf: () => undefined, servedBy: () => undefined, fallbacksOf: () => [] };
const { signal } = new AbortController();

Deno.test("the pool keeps caps exact and its memory whole on the real store, over a restart", async () => {
  const kv = await Deno.openKv(":memory:");
  const open = () => openStore({ path: ":memory:", masterKey: "a passphrase for a test", kv, ...ports });
  const first = await open();
  const added = await first.credentials.add({ source: "api_key", key: "not-a-real-key-0123456789" });
  assert.ok(added.ok);
  await first.caps.put({
    model: "gemini-flash",
    limit: 7,
    unit: "requests",
    period: "daily",
    alertThreshold: 80,
    action: "reject",
    enabled: true,
  });
  const poolOf = async (store: typeof first) =>
    await createPool({
      store,
      settings: SETTINGS,
      catalog,
      ports,
      credentials: await store.credentials.list(),
    });
  const serve = async (pool: Awaited<ReturnType<typeof poolOf>>, most: number) => {
    for (let served = 0; served < most; served++) {
      const result = await pool.acquire(leaseRequestOf(), { signal, maxWaitMs: 2_000 });
      if (result.kind === "shortage") return { served, code: result.failure.code };
      result.succeed();
    }
    return { served: most, code: undefined };
  };
  const before = await poolOf(first);
  assert.deepEqual(await serve(before, 4), { served: 4, code: undefined });
  assert.equal(before.capProgress()[0]?.used, 4);
  await before.close();
  await first.close();
  const second = await open();
  const after = await poolOf(second);
  assert.deepEqual(await serve(after, 10), { served: 3, code: "cap_rejected" });
  assert.equal(after.capProgress()[0]?.percentage, 100);
  await after.close();
  await second.close();
  kv.close();
});
