import assert from "node:assert/strict";
import type { Failure } from "../core/mod.ts";
import { benchOf, credentialOf, leaseRequestOf } from "../../tests/support/pool_fixture.ts";
import type { BucketView } from "./contract.ts";

const FIRST = { attempt: 1, sameKeyRetries: 0, classes: [] };

function failureOf(more: Partial<Failure>): Failure {
  return { class: "rate_limit", status: 429, message: "No.", scope: "bucket", ...more };
}

Deno.test("a restart keeps learned limits and the running minute, so that it starts without a burst", async () => {
  const first = await benchOf([credentialOf("a")]);
  const { clock, store } = first;
  for (let i = 0; i < 3; i++) first.pool.tryAcquire(leaseRequestOf())?.succeed();
  const until = clock.now() + 60_000;
  first.pool.tryAcquire(leaseRequestOf())?.fail(
    failureOf({ until, limits: [{ kind: "requests_per_minute", value: 3 }] }),
    FIRST,
  );
  await clock.pass(5_000);
  await first.pool.close();
  const second = await benchOf([credentialOf("a")], { clock, store });
  assert.equal(second.pool.tryAcquire(leaseRequestOf()), undefined);
  await clock.pass(55_200);
  for (let i = 0; i < 3; i++) {
    const lease = second.pool.tryAcquire(leaseRequestOf());
    assert.ok(lease, `call ${i} after the restart`);
    lease.succeed();
  }
  assert.equal(second.pool.tryAcquire(leaseRequestOf()), undefined);
  await second.pool.close();
});

Deno.test("a crash keeps a daily block with its true end, written within 250 ms", async () => {
  const first = await benchOf([credentialOf("a")]);
  const { clock, store } = first;
  const failure = failureOf({ class: "quota", limits: [{ kind: "requests_per_day", value: 20 }] });
  first.pool.tryAcquire(leaseRequestOf())?.fail(failure, FIRST);
  await clock.pass(260);
  // No close: the process is gone.
  const second = await benchOf([credentialOf("a")], { clock, store });
  const shortage = await second.pool.acquire(leaseRequestOf(), { signal: new AbortController().signal });
  assert.equal(shortage.kind === "shortage" && shortage.failure.until, Date.UTC(2026, 5, 2, 7));
  await clock.pass(19 * 3_600_000);
  assert.ok(second.pool.tryAcquire(leaseRequestOf()), "open again after the reset");
  await second.pool.close();
});

Deno.test("a credential's cooldown for a model survives a restart and lift() ends it", async () => {
  const first = await benchOf([credentialOf("a")]);
  const { clock, store } = first;
  first.pool.tryAcquire(leaseRequestOf())?.fail(
    failureOf({ class: "not_on_tier", scope: "credential_model", stated: true }),
    FIRST,
  );
  await clock.pass(260);
  await first.pool.close();
  const { pool } = await benchOf([credentialOf("a")], { clock, store });
  assert.equal(pool.tryAcquire(leaseRequestOf()), undefined);
  assert.ok(pool.tryAcquire(leaseRequestOf({ model: "gemini-pro" })));
  const [cooldown] = pool.view().credentials[0]?.cooldowns ?? [];
  assert.equal(cooldown?.fact, true);
  pool.lift(credentialOf("a").id);
  assert.ok(pool.tryAcquire(leaseRequestOf()));
  await pool.close();
});

Deno.test("steady traffic does not touch the store on the request path", async () => {
  const { pool, store, clock } = await benchOf([credentialOf("a"), credentialOf("b")]);
  pool.tryAcquire(leaseRequestOf())?.succeed();
  await clock.pass(10_000);
  const putAll = store.poolState.putAll;
  let puts = 0;
  (store.poolState as { putAll: typeof putAll }).putAll = (records) => {
    puts++;
    return putAll(records);
  };
  for (let i = 0; i < 50; i++) pool.tryAcquire(leaseRequestOf())?.succeed();
  assert.equal(puts, 0);
  await clock.pass(2_100);
  assert.equal(puts, 1, "all in one batch");
  await pool.close();
});

Deno.test("a database that refuses writes for a while gets what it missed, and the trouble is told once", async () => {
  const first = await benchOf([credentialOf("a")]);
  const { clock, store } = first;
  const putAll = store.poolState.putAll;
  let refused = 0;
  (store.poolState as { putAll: typeof putAll }).putAll = () => {
    refused++;
    return Promise.reject(new Error("database or disk is full"));
  };
  const failure = failureOf({ class: "quota", limits: [{ kind: "requests_per_day", value: 20 }] });
  first.pool.tryAcquire(leaseRequestOf())?.fail(failure, FIRST);
  await clock.pass(10_000);
  assert.ok(refused >= 3 && refused <= 20, `tried ${refused} times`);
  (store.poolState as { putAll: typeof putAll }).putAll = putAll;
  await clock.pass(2_100);
  // No close: the process is gone.
  const second = await benchOf([credentialOf("a")], { clock, store });
  assert.equal(second.pool.tryAcquire(leaseRequestOf()), undefined, "the day's block was written");
  await second.pool.close();
});

for (
  const [what, failure] of [
    ["a source", failureOf({ class: "misconfigured", scope: "source", status: 403 })],
    ["the egress", failureOf({ class: "region_blocked", scope: "egress", status: 400 })],
  ] as const
) {
  Deno.test(`a restart keeps the rest of ${what}, with Google's words`, async () => {
    const first = await benchOf([credentialOf("a"), credentialOf("b")]);
    const { clock, store } = first;
    first.pool.tryAcquire(leaseRequestOf())?.fail(failure, FIRST);
    await clock.pass(260);
    // No close: the process is gone.
    const { pool } = await benchOf([credentialOf("a"), credentialOf("b")], { clock, store });
    assert.equal(pool.tryAcquire(leaseRequestOf()), undefined);
    const shortage = await pool.acquire(leaseRequestOf(), {
      signal: new AbortController().signal,
      maxWaitMs: 0,
    });
    assert.match(shortage.kind === "shortage" ? shortage.failure.message : "", /No\./);
    await clock.pass(11 * 60_000);
    assert.ok(pool.tryAcquire(leaseRequestOf()), "over at its end");
    await pool.close();
  });
}

Deno.test("a restart keeps the rest of an unreachable endpoint, and one trial opens it", async () => {
  const first = await benchOf([credentialOf("a"), credentialOf("b")]);
  const { clock, store } = first;
  const failure = failureOf({ class: "transport", scope: "endpoint", status: 502 });
  for (let times = 0; times < 3; times++) first.pool.tryAcquire(leaseRequestOf())?.fail(failure, FIRST);
  assert.equal(first.pool.tryAcquire(leaseRequestOf()), undefined);
  await clock.pass(260);
  const { pool } = await benchOf([credentialOf("a"), credentialOf("b")], { clock, store });
  assert.equal(pool.tryAcquire(leaseRequestOf()), undefined);
  await clock.pass(10_000);
  const trial = pool.tryAcquire(leaseRequestOf());
  assert.ok(trial);
  assert.equal(pool.tryAcquire(leaseRequestOf()), undefined, "one at a time");
  trial.succeed();
  assert.ok(pool.tryAcquire(leaseRequestOf()));
  await pool.close();
});

/** A catalog in which the two models join a quota group when told to. */
function joining() {
  const state = { joined: false, revision: 0 };
  const groupOf = (model: string) => state.joined && model !== "other" ? "flash" : undefined;
  const catalog = { groupOf, revision: () => state.revision };
  return { catalog, join: () => ({ ...Object.assign(state, { joined: true, revision: 1 }) }) };
}

const MODELS = ["gemini-flash", "gemini-flash-lite", "other"] as const;

function usedToday(
  pool: { readonly view: () => { readonly buckets: readonly BucketView[] } },
): number | undefined {
  const bucket = pool.view().buckets.find(({ id }) => id.endsWith("/group:flash"));
  return bucket?.limits.find(({ kind }) => kind === "requests_per_day")?.used;
}

Deno.test("models that join a quota group bring what was sent today, at once and over restarts, once", async () => {
  const { catalog, join } = joining();
  const first = await benchOf([credentialOf("a")], { catalog });
  const { clock, store } = first;
  for (const model of MODELS) {
    for (let times = 0; times < 3; times++) first.pool.tryAcquire(leaseRequestOf({ model }))?.succeed();
  }
  await clock.pass(5_000);
  join();
  first.pool.tryAcquire(leaseRequestOf())?.succeed();
  assert.equal(usedToday(first.pool), 7, "while it runs");
  await clock.pass(5_000);
  const second = await benchOf([credentialOf("a")], { clock, store, catalog });
  assert.equal(usedToday(second.pool), 7, "after a restart");
  await second.pool.close();
});

Deno.test("models that joined a quota group while no process ran bring what was sent today", async () => {
  const { catalog, join } = joining();
  const first = await benchOf([credentialOf("a")], { catalog });
  const { clock, store } = first;
  for (const model of MODELS) {
    for (let times = 0; times < 3; times++) first.pool.tryAcquire(leaseRequestOf({ model }))?.succeed();
  }
  await clock.pass(5_000);
  await first.pool.close();
  join();
  for (const expected of [6, 7]) {
    const { pool } = await benchOf([credentialOf("a")], { clock, store, catalog });
    assert.equal(usedToday(pool), expected);
    pool.tryAcquire(leaseRequestOf())?.succeed();
    await clock.pass(5_000);
    await pool.close();
  }
});
