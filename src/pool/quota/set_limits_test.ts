import assert from "node:assert/strict";
import { benchOf, credentialOf, mapStore, needOf, StepClock } from "../../../tests/support/pool_fixture.ts";

const NAME = "settings bucket-limits";

/** A pool whose key's project is known, and the way to change what was set by hand. */
async function benchWithLimits() {
  const clock = new StepClock();
  const store = mapStore(new Map(), { processId: "p1", now: () => clock.now() });
  const { pool } = await benchOf([credentialOf("k")], { clock, store });
  const lease = pool.tryAcquire(needOf());
  assert.ok(lease);
  lease.succeed();
  const set = async (limits: Record<string, Record<string, number>>) => {
    store.database.records.set(NAME, limits);
    for (const listener of store.database.listeners) listener();
    await clock.pass(1);
  };
  const day = () => pool.view().buckets[0]?.limits.find(({ kind }) => kind === "requests_per_day");
  return { clock, pool, set, day };
}

Deno.test("a limit set by hand holds at once, the narrowest name first, and is unknown again when it is taken away", async () => {
  const { pool, set, day, clock } = await benchWithLimits();
  const { model, project } = pool.view().buckets[0]!;
  await set({ "*": { requests_per_day: 9, at: clock.now() } });
  assert.deepEqual([day()?.limit, day()?.origin], [9, "set"]);
  await set({
    "*": { requests_per_day: 9, at: clock.now() },
    [`${model}@${project}`]: { requests_per_day: 1, at: clock.now() },
  });
  assert.deepEqual([day()?.limit, day()?.left], [1, 0]);
  assert.equal(pool.tryAcquire(needOf()), undefined);
  await set({});
  assert.deepEqual([day()?.limit, day()?.origin], [undefined, "unknown"]);
  pool.tryAcquire(needOf())?.succeed();
  assert.equal(day()?.used, 2);
  await pool.close();
});
