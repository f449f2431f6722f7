import assert from "node:assert/strict";
import fc from "fast-check";
import type { CredentialId } from "../core/mod.ts";
import type { AccountView } from "./contract.ts";
import { pooledQuota } from "./quota_answer.ts";

const STATES = ["ready", "off", "refused", "needs_sign_in"] as const;
const account = fc.record({
  state: fc.constantFrom(...STATES),
  buckets: fc.array(
    fc.record({
      group: fc.constantFrom("gemini", "third_party"),
      remaining: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      resetsAt: fc.option(fc.integer({ min: 1, max: 1e12 }), { nil: undefined }),
    }),
    { maxLength: 4 },
  ),
});

Deno.test("pooled quotas add up those of accounts that serve, and of no other", () => {
  fc.assert(fc.property(fc.array(account, { maxLength: 8 }), (made) => {
    const accounts = made.map(({ state, buckets }, index) => ({
      state,
      source: "antigravity",
      email: `${index}@example.com`,
      quota: {
        id: `acc_${index}` as CredentialId,
        buckets: buckets.map((bucket) => ({ ...bucket, label: bucket.group, window: "5h", models: [] })),
      },
    })) as unknown as AccountView[];
    const all = made.filter(({ state }) => state === "ready").flatMap(({ buckets }) => buckets);
    const pools = pooledQuota(accounts);
    assert.equal(pools.reduce((sum, pool) => sum + pool.accounts, 0), all.length);
    for (const pool of pools) {
      const own = all.filter(({ group }) => group === pool.group);
      assert.equal(pool.unknown, own.filter(({ remaining }) => remaining === undefined).length);
      assert.ok(pool.left <= pool.accounts - pool.unknown + 1e-9 && pool.left >= 0);
      const used = own.filter(({ remaining, resetsAt }) => (remaining ?? 1) < 1 && resetsAt !== undefined);
      assert.equal(
        pool.resetsAt,
        used.length === 0 ? undefined : Math.min(...used.map(({ resetsAt }) => resetsAt!)),
      );
    }
  }));
});
