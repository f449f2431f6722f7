import assert from "node:assert/strict";
import { playDemand, TWELVE_PROJECTS } from "./demand_scenario.ts";

Deno.test("the pool completes all turns at 90 % demand with few refusals, projects unknown", async () => {
  const outcome = await playDemand({
    projects: TWELVE_PROJECTS,
    window: "sliding",
    demand: 0.9,
    hours: 0.75,
    contender: "pool",
  });
  assert.ok(outcome.completedPercent >= 99.9, `${outcome.completedPercent} %`);
  assert.ok(outcome.wastedPerThousand <= 8, `${outcome.wastedPerThousand} per 1,000`);
});

Deno.test("the pool uses the oracle's capacity at 150 % demand, fairly", async () => {
  const outcome = await playDemand({
    projects: TWELVE_PROJECTS,
    window: "fixed",
    demand: 1.5,
    hours: 0.5,
    contender: "pool, projects told",
  });
  assert.ok(outcome.oracleShare >= 0.98, `${outcome.oracleShare}`);
  assert.ok(outcome.fairness >= 0.95, `${outcome.fairness}`);
  assert.equal(outcome.deniedWithoutTime, 0);
});
