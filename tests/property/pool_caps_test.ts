import assert from "node:assert/strict";
import fc from "fast-check";
import type { ClientId } from "../../src/core/mod.ts";
import type { Lease } from "../../src/pool/mod.ts";
import { benchOf, credentialOf, leaseRequestOf, mapStore, StepClock } from "../support/pool_fixture.ts";

const MODEL = "gemini-flash";

function capOf(limit: number, period: "hourly" | "daily" | "weekly" | "monthly", model = MODEL) {
  return {
    model,
    limit,
    unit: "requests",
    period,
    alertThreshold: 80,
    action: "reject",
    enabled: true,
    updatedAt: 1,
  };
}

const step = fc.record({
  process: fc.integer({ min: 0, max: 2 }),
  action: fc.constantFrom("call", "call", "call", "call", "hold", "refuse", "kill", "close", "pass"),
  pass: fc.integer({ min: 0, max: 30 * 60_000 }),
});

Deno.test("a cap of requests is never overshot by several processes, kills and restarts", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom("hourly" as const, "daily" as const),
      fc.array(step, { maxLength: 120 }),
      async (limit, period, steps) => {
        const clock = new StepClock();
        const store = mapStore(
          new Map<string, unknown>([["caps", [capOf(limit, period)]], ["settings cap-schedule", {
            resetTime: "00:00",
            timezone: "UTC",
          }]]),
        );
        const open = async () =>
          (await benchOf([credentialOf("a"), credentialOf("b")], {
            clock,
            store,
            settings: { maxConcurrentRequestsPerKey: 100 },
          })).pool;
        const pools = [await open(), await open(), await open()];
        const served = new Map<number, number>();
        const held: Lease[] = [];
        const length = period === "hourly" ? 3_600_000 : 86_400_000;
        for (const { process, action, pass } of steps) {
          const pool = pools[process];
          assert.ok(pool);
          if (action === "pass") await clock.pass(pass);
          // A kill forgets everything that was in memory; a close hands back.
          if (action === "kill") pools[process] = await open();
          if (action === "close") {
            await pool.close();
            pools[process] = await open();
          }
          if (action === "call" || action === "hold" || action === "refuse") {
            const window = Math.floor(clock.now() / length);
            const lease = pool.tryAcquire(leaseRequestOf());
            await clock.pass(0);
            if (lease === undefined) continue;
            if (action === "refuse") {
              lease.fail({
                class: "overloaded",
                status: 503,
                message: "No.",
                scope: "model",
              }, { attempt: 1, sameKeyRetries: 0, classes: [] });
              continue;
            }
            served.set(window, (served.get(window) ?? 0) + 1);
            if (action === "call") lease.succeed();
            else held.push(lease);
          }
        }
        for (const count of served.values()) assert.ok(count <= limit, `${count} of ${limit}`);
        for (const pool of pools) await pool.close();
      },
    ),
    { numRuns: 120 },
  );
});

Deno.test("a cap serves its whole limit when nothing is lost, then starts again", async () => {
  const store = mapStore(
    new Map<string, unknown>([["caps", [capOf(25, "daily", "client:alice")]], ["settings cap-schedule", {
      resetTime: "06:00",
      timezone: "Asia/Tokyo",
    }]]),
  );
  const { pool, clock } = await benchOf([credentialOf("a")], { store });
  const events: string[] = [];
  pool.subscribe((event) => events.push(event.type));
  const client = "alice" as ClientId;
  const { signal } = new AbortController();
  for (let i = 0; i < 25; i++) {
    const lease = await pool.acquire(leaseRequestOf({ client }), { signal });
    assert.equal(lease.kind, "lease");
    if (lease.kind === "lease") lease.succeed();
  }
  const refused = await pool.acquire(leaseRequestOf({ client }), { signal });
  assert.equal(refused.kind, "shortage");
  assert.equal(refused.kind === "shortage" && refused.failure.code, "cap_rejected");
  // 06:00 in Tokyo is 21:00 UTC of the day before.
  const reset = Date.UTC(2026, 5, 1, 21);
  assert.equal(refused.kind === "shortage" && refused.failure.until, reset);
  assert.deepEqual(events.filter((type) => type.startsWith("cap")), ["cap-warning", "cap-exceeded"]);
  (await pool.acquire(leaseRequestOf(), { signal }).then((lease) =>
    lease.kind === "lease" ? lease : assert.fail()
  ))
    .succeed();
  await clock.pass(reset - clock.now());
  const fresh = await pool.acquire(leaseRequestOf({ client }), { signal });
  assert.equal(fresh.kind, "lease");
  await pool.close();
});
