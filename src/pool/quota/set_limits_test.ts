import assert from "node:assert/strict";
import { failureOf } from "../../../tests/support/failure_of.ts";
import {
  benchOf,
  credentialOf,
  leaseRequestOf,
  mapStore,
  StepClock,
} from "../../../tests/support/pool_fixture.ts";

const NAME = "settings bucket-limits";

/** A pool whose key's project is known, and the way to change what was set by hand. */
async function benchWithLimits() {
  const clock = new StepClock();
  const store = mapStore(new Map(), { processId: "p1", now: () => clock.now() });
  const { pool } = await benchOf([credentialOf("k")], { clock, store });
  const lease = pool.tryAcquire(leaseRequestOf());
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
  assert.equal(pool.tryAcquire(leaseRequestOf()), undefined);
  await set({});
  assert.deepEqual([day()?.limit, day()?.origin], [undefined, "unknown"]);
  pool.tryAcquire(leaseRequestOf())?.succeed();
  assert.equal(day()?.used, 2);
  await pool.close();
});

Deno.test("of what Google states and what is set by hand, the later word holds", async () => {
  const { pool, set, day, clock } = await benchWithLimits();
  await set({ "*": { requests_per_day: 9, at: clock.now() } });
  await clock.pass(1_000);
  const refused = pool.tryAcquire(leaseRequestOf());
  assert.ok(refused);
  refused.fail(
    failureOf({
      class: "quota",
      status: 429,
      scope: "bucket",
      until: clock.now() + 3_600_000,
      limits: [{ kind: "requests_per_day", value: 5 }],
    }),
    { attempt: 1, sameKeyRetries: 0, classes: [] },
  );
  assert.deepEqual([day()?.limit, day()?.origin], [5, "learned"]);
  await set({ "*": { requests_per_day: 9, at: 0 } });
  assert.deepEqual([day()?.limit, day()?.origin], [5, "learned"]);
  await clock.pass(1_000);
  await set({ "*": { requests_per_day: 7, at: clock.now() } });
  assert.deepEqual([day()?.limit, day()?.origin], [7, "set"]);
  await pool.close();
});
