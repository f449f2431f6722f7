import assert from "node:assert/strict";
import {
  benchOf,
  credentialOf,
  leaseRequestOf,
  mapStore,
  StepClock,
} from "../../../tests/support/pool_fixture.ts";

Deno.test("a cap of tokens is never overrun by calls that name their largest output, and is used up by what they had", async () => {
  const clock = new StepClock();
  const store = mapStore(new Map(), { now: () => clock.now() });
  const rule = {
    model: "gemini-flash",
    unit: "tokens",
    period: "daily",
    alertThreshold: 80,
    action: "reject",
    enabled: true,
  };
  store.database.records.set("caps", [{ ...rule, limit: 10_000, updatedAt: 1 }]);
  const { pool } = await benchOf([credentialOf("a")], {
    store,
    clock,
    settings: { maxConcurrentRequestsPerKey: 50 },
  });
  const request = leaseRequestOf({ inputTokens: 500, maxOutputTokens: 1_000 });
  let spent = 0;
  const open = [];
  for (let turn = 0; turn < 200; turn++) {
    const lease = pool.tryAcquire(request);
    if (lease !== undefined) open.push(lease);
    if (open.length === 3 || (lease === undefined && open.length > 0)) {
      const done = open.shift();
      const output = turn % 2 === 0 ? 1_000 : 200;
      const usage = {
        promptTokens: 500,
        cachedTokens: 0,
        candidatesTokens: output,
        thoughtsTokens: 0,
        toolUseTokens: 0,
        totalTokens: 500 + output,
      };
      spent += usage.totalTokens;
      done?.succeed(usage);
    }
    await clock.pass(1_100);
    assert.ok(spent <= 10_000, `${spent} tokens`);
  }
  assert.ok(spent > 10_000 - 2 * 1_500, `only ${spent} tokens were used`);
  await pool.close();
});
