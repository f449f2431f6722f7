import assert from "node:assert/strict";
import { nextPacificMidnight } from "../../core/mod.ts";
import {
  benchOf,
  credentialOf,
  leaseRequestOf,
  mapStore,
  StepClock,
} from "../../../tests/support/pool_fixture.ts";

const LIMIT = 10;

/** Processes on one database, with one key that has a limit a day. */
function clusterOf() {
  const clock = new StepClock();
  const first = mapStore(new Map(), { processId: "p1", now: () => clock.now() });
  const { database } = first;
  database.records.set("settings bucket-limits", { "*": { requests_per_day: LIMIT } });
  const join = async (processId: string) => {
    database.processes.push({ id: processId, startedAt: clock.now(), until: Infinity });
    const store = mapStore(database.records, { processId, database, now: () => clock.now() });
    const settings = { maxConcurrentRequestsPerKey: 8 };
    const { pool } = await benchOf([credentialOf("k")], { clock, store, settings });
    for (const listener of database.listeners) listener();
    await clock.pass(3_000);
    return pool;
  };
  return { clock, database, join };
}

type Pool = Awaited<ReturnType<ReturnType<typeof clusterOf>["join"]>>;

function serve(pool: Pool, wanted: number): number {
  for (let served = 0; served < wanted; served++) {
    const lease = pool.tryAcquire(leaseRequestOf());
    if (lease === undefined) return served;
    lease.succeed();
  }
  return wanted;
}

Deno.test("two processes together keep a day's limit, and start again at its end", async () => {
  const { clock, join } = clusterOf();
  const one = await join("p1"), two = await join("p2");
  assert.equal(serve(one, 6), 6);
  await clock.pass(5_000);
  assert.equal(serve(two, 9), 4);
  await clock.pass(5_000);
  assert.equal(serve(one, 1), 0);
  for (const pool of [one, two]) {
    const day = pool.view().buckets[0]?.limits.find(({ kind }) => kind === "requests_per_day");
    assert.deepEqual([day?.used, day?.left], [LIMIT, 0]);
  }
  await clock.pass(nextPacificMidnight(clock.now()) - clock.now() + 2_000);
  assert.equal(serve(one, 3), 3);
  assert.equal(serve(two, 2), 2);
  await one.close();
  await two.close();
});

Deno.test("a process that joins in the middle of the day counts what the first has sent, once", async () => {
  const { clock, join } = clusterOf();
  const one = await join("p1");
  assert.equal(serve(one, 4), 4);
  await clock.pass(5_000);
  const two = await join("p2");
  assert.equal(serve(two, 3), 3);
  await clock.pass(5_000);
  assert.equal(serve(one, 9), 3);
  await clock.pass(5_000);
  assert.equal(serve(two, 1), 0);
  await one.close();
  await two.close();
});

Deno.test("a restart of all processes keeps the day's count of each", async () => {
  const { clock, database, join } = clusterOf();
  const one = await join("p1"), two = await join("p2");
  serve(one, 3);
  serve(two, 3);
  await clock.pass(5_000);
  await one.close();
  await two.close();
  database.processes.length = 0;
  const three = await join("p3");
  assert.equal(serve(three, 9), 4);
  await three.close();
});
