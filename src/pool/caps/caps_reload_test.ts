import assert from "node:assert/strict";
import {
  benchOf,
  credentialOf,
  leaseRequestOf,
  mapStore,
  StepClock,
} from "../../../tests/support/pool_fixture.ts";

const RULE = {
  model: "gemini-flash",
  unit: "requests",
  period: "weekly",
  alertThreshold: 80,
  action: "reject",
  enabled: true,
};

function tell(store: ReturnType<typeof mapStore>): void {
  store.database.listeners.forEach((listener) => listener());
}

Deno.test("a cap holds while its change is being taken over, and at a moment between two milliseconds", async () => {
  const clock = new StepClock(Date.UTC(2026, 5, 1, 12) + 0.25);
  const store = mapStore(new Map(), { now: () => clock.now() });
  store.database.records.set("caps", [{ ...RULE, limit: 1, updatedAt: 1 }]);
  store.database.records.set("settings cap-schedule", { resetTime: "00:00", timezone: "UTC" });
  const { pool } = await benchOf([credentialOf("a")], { store, clock });
  pool.tryAcquire(leaseRequestOf())?.succeed();
  assert.equal(pool.tryAcquire(leaseRequestOf()), undefined);
  store.database.records.set("caps", [{ ...RULE, limit: 1, alertThreshold: 90, updatedAt: 2 }]);
  tell(store);
  for (let turn = 0; turn < 60; turn++) {
    assert.equal(pool.tryAcquire(leaseRequestOf()), undefined, `uncapped after ${turn} turns`);
    await Promise.resolve();
  }
  assert.equal(pool.capProgress()[0]?.alertThreshold, 90);
  await pool.close();
});
