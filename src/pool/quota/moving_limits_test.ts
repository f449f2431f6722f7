import assert from "node:assert/strict";
import { minuteRefusal } from "../../../tests/support/failure_of.ts";
import { benchOf, credentialOf, leaseRequestOf } from "../../../tests/support/pool_fixture.ts";
import { LimitShift } from "./prior.ts";
import { MINUTE } from "../tuning.ts";

const HISTORY = { attempt: 1, sameKeyRetries: 0, classes: [] };

/** Six keys whose limits of 10 and 20 a minute were stated, and a way to call one of them. */
async function known() {
  const names = ["k0", "k1", "k2", "k3", "k4", "k5"];
  const { pool, clock } = await benchOf(names.map((name) => credentialOf(name)));
  let refusals = 0;
  const call = (key: string, answer: number | "served") => {
    const lease = pool.tryAcquire(leaseRequestOf({ pinned: credentialOf(key).id }));
    if (lease === undefined) return false;
    if (answer === "served") lease.succeed();
    // Anywhere in the minute, so that the windows are seen to slide.
    else lease.fail(minuteRefusal(answer, clock.now() + 1_000 + 7_000 * (refusals++ % 5)), HISTORY);
    return true;
  };
  const limitOf = (key: string) => {
    const bucket = pool.view().buckets.find((one) => one.credentials[0] === key);
    return bucket?.limits.find((one) => one.kind === "requests_per_minute")?.limit;
  };
  for (const [at, key] of names.entries()) {
    for (let i = 0; i < (at < 3 ? 10 : 20); i++) assert.ok(call(key, "served"));
    assert.ok(call(key, at < 3 ? 10 : 20));
  }
  await clock.pass(2 * MINUTE);
  return { pool, call, clock, limitOf };
}

Deno.test("two limits stated lower by one ratio lower those of the other keys too", async () => {
  const { call, limitOf } = await known();
  for (let i = 0; i < 5; i++) call("k0", "served");
  call("k0", 5);
  assert.equal(limitOf("k1"), 10, "one key alone may be an accident");
  for (let i = 0; i < 10; i++) call("k3", "served");
  call("k3", 10);
  assert.deepEqual(["k1", "k2", "k4", "k5"].map(limitOf), [5, 5, 10, 10]);
});

Deno.test("an inferred limit is tried soon by one waiting call, and put back for all keys when that is served", async () => {
  const { pool, call, clock, limitOf } = await known();
  for (let i = 0; i < 5; i++) call("k0", "served");
  call("k0", 5);
  for (let i = 0; i < 10; i++) call("k3", "served");
  call("k3", 10);
  for (const [key, count] of [["k1", 5], ["k2", 5], ["k4", 10], ["k5", 10]] as const) {
    for (let i = 0; i < count; i++) assert.ok(call(key, "served"));
    assert.equal(call(key, "served"), false, "held at the inferred limit");
  }
  await clock.pass(3_000);
  const leases: string[] = [];
  const waiting = Array.from({ length: 2 }, async () => {
    const lease = await pool.acquire(leaseRequestOf(), { signal: new AbortController().signal });
    assert.equal(lease.kind, "lease");
    if (lease.kind !== "lease") return;
    leases.push(lease.note);
    lease.succeed();
  });
  await clock.pass(1_000);
  assert.equal(leases[0], "probe of a limit limit");
  assert.deepEqual(["k1", "k2", "k4", "k5"].map(limitOf), [10, 10, 20, 20]);
  assert.deepEqual([limitOf("k0"), limitOf("k3")], [5, 10], "stated ones stay");
  await Promise.all(waiting);
  await pool.close();
});

Deno.test("predict() foretells a limit from its like, or by the ratio of the largest", () => {
  const shift = new LimitShift();
  shift.note(15, 7, 1_000);
  assert.equal(shift.certain, false);
  shift.note(10, 5, 2_000);
  assert.equal(shift.certain, true);
  assert.deepEqual([10, 15, 20, 1].map((limit) => shift.predict(limit)), [5, 7, 9, 1]);
  assert.equal(shift.most(30), 16);
});

Deno.test("note() takes changes that do not agree for a new guess, and equal ones for one project's until they are many", () => {
  const shift = new LimitShift();
  for (let i = 0; i < 3; i++) shift.note(10, 5, i);
  assert.equal(shift.certain, false);
  shift.note(10, 5, 4);
  assert.equal(shift.certain, true);
  shift.note(20, 60, 5);
  assert.deepEqual([shift.certain, shift.rises, shift.since], [false, true, 0]);
});

Deno.test("drop() infers nothing more until the next change", () => {
  const shift = new LimitShift();
  shift.note(10, 5, 0);
  shift.note(30, 15, 1);
  shift.drop();
  shift.note(20, 10, 2);
  shift.note(15, 7, 3);
  assert.equal(shift.certain, false);
  shift.note(15, 7, 20 * MINUTE);
  shift.note(20, 10, 20 * MINUTE);
  assert.equal(shift.certain, true);
});
