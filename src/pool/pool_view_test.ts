import assert from "node:assert/strict";
import type { Failure } from "../core/mod.ts";
import { nextPacificMidnight } from "../core/mod.ts";
import { benchOf, credentialOf, leaseRequestOf } from "../../tests/support/pool_fixture.ts";

const FIRST = { attempt: 1, sameKeyRetries: 0, classes: [] };

function dayOut(value?: number): Failure {
  const notice = { kind: "requests_per_day" as const, ...(value === undefined ? {} : { value }) };
  return { class: "quota", status: 429, message: "No.", scope: "bucket", limits: [notice] };
}

for (const value of [2_000, undefined]) {
  Deno.test(`view() says nothing is left of a day that Google closed, with ${value ?? "no"} limit named`, async () => {
    const { pool, clock } = await benchOf([credentialOf("a")]);
    const dayEnd = nextPacificMidnight(clock.now());
    pool.tryAcquire(leaseRequestOf())?.fail(dayOut(value), FIRST);
    const day = () => pool.view().buckets[0]?.limits.find((limit) => limit.kind === "requests_per_day");
    assert.deepEqual([day()?.left, day()?.limit, day()?.resetsAt], [0, value, dayEnd]);
    await clock.pass(dayEnd - clock.now() + 1_000);
    assert.equal(day()?.left, value);
    await pool.close();
  });
}

Deno.test("view() keeps a minute's refusal apart from the day", async () => {
  const { pool, clock } = await benchOf([credentialOf("a")]);
  pool.tryAcquire(leaseRequestOf())?.fail({
    ...dayOut(),
    class: "rate_limit",
    limits: [{ kind: "requests_per_minute", value: 5 }],
    until: clock.now() + 30_000,
  }, FIRST);
  const [bucket] = pool.view().buckets;
  const day = bucket?.limits.find((limit) => limit.kind === "requests_per_day");
  assert.deepEqual([day?.left, day?.origin], [undefined, "unknown"]);
  await pool.close();
});
