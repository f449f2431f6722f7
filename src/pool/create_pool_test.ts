import assert from "node:assert/strict";
import { failureOf, minuteRefusal } from "../../tests/support/failure_of.ts";
import { benchOf, credentialOf, leaseRequestOf } from "../../tests/support/pool_fixture.ts";
import { type CredentialId, Secret } from "../core/mod.ts";
import type { AttemptHistory, Lease, LeaseRequest, Pool, PoolEvent, Shortage } from "./mod.ts";

const FIRST: AttemptHistory = { attempt: 1, sameKeyRetries: 0, classes: [] };
const { signal } = new AbortController();

async function leased(pool: Pool, more: Partial<LeaseRequest> = {}): Promise<Lease> {
  const result = await pool.acquire(leaseRequestOf(more), { signal });
  assert.equal(result.kind, "lease", result.kind === "shortage" ? result.failure.message : "");
  return result as Lease;
}

async function refused(pool: Pool, more: Partial<LeaseRequest> = {}, maxWaitMs = 0): Promise<Shortage> {
  const result = await pool.acquire(leaseRequestOf(more), { signal, maxWaitMs });
  assert.equal(result.kind, "shortage");
  return result as Shortage;
}

Deno.test("acquire() takes the key used longest ago when all are equal", async () => {
  const { pool } = await benchOf([credentialOf("a"), credentialOf("b"), credentialOf("c")]);
  const order: string[] = [];
  for (let i = 0; i < 6; i++) {
    const lease = await leased(pool);
    order.push(lease.credential.id);
    lease.succeed();
  }
  assert.deepEqual(order, ["a", "b", "c", "a", "b", "c"]);
  await pool.close();
});

Deno.test("acquire() paces to the limit that a refusal named, and refuses with the true time", async () => {
  const { pool, clock } = await benchOf([credentialOf("a")], { settings: { queueMaxWait: 56_000 } });
  const start = clock.now();
  (await leased(pool)).succeed();
  (await leased(pool)).succeed();
  (await leased(pool)).fail(minuteRefusal(2, start + 60_000), FIRST);
  const shortage = await refused(pool);
  assert.equal(shortage.failure.class, "rate_limit");
  assert.ok(Math.abs((shortage.failure.until ?? 0) - (start + 60_000)) < 300, String(shortage.failure.until));
  await clock.pass(5_000);
  const waiting = leased(pool);
  await clock.pass(55_200);
  (await waiting).succeed();
  (await leased(pool)).succeed();
  assert.equal(pool.tryAcquire(leaseRequestOf()), undefined);
  await pool.close();
});

Deno.test("acquire() serves a burst over the minute's limit when the window frees, just past the longest wait too", async () => {
  const { pool, clock } = await benchOf([credentialOf("a", { tier: "enterprise" })]);
  const start = clock.now();
  for (let call = 0; call < 5; call++) (await leased(pool)).succeed();
  (await leased(pool)).fail(minuteRefusal(5, start + 60_000), FIRST);
  const waiting = Array.from({ length: 3 }, () => leased(pool));
  await clock.pass(60_000);
  await clock.pass(2_000);
  for (const lease of await Promise.all(waiting)) lease.succeed();
  await pool.close();
});

Deno.test("acquire() never holds a call noticeably longer than the longest wait", async () => {
  const { pool, clock } = await benchOf([credentialOf("a")], { settings: { queueMaxWait: 10_000 } });
  (await leased(pool)).fail(minuteRefusal(1, clock.now() + 10_300), FIRST);
  let told: number | undefined;
  const call = pool.acquire(leaseRequestOf(), { signal: new AbortController().signal });
  // What was to free is taken away again: another refusal while the call waits.
  await clock.pass(5_000);
  void call.then(() => told = clock.now());
  await clock.pass(6_000);
  assert.ok(told !== undefined);
  await pool.close();
});

Deno.test("fail() with a daily violation closes one model until Pacific midnight and leaves the others", async () => {
  const { pool, clock } = await benchOf([credentialOf("a")]);
  const failure = failureOf({
    class: "quota",
    status: 429,
    scope: "bucket",
    until: clock.now() + 5_000,
    limits: [{ kind: "requests_per_day", value: 20 }],
  });
  assert.equal((await leased(pool)).fail(failure, FIRST).next, "wait");
  const shortage = await refused(pool);
  assert.equal(shortage.failure.class, "quota");
  assert.equal(shortage.failure.until, Date.UTC(2026, 5, 2, 7));
  (await leased(pool, { model: "gemini-pro" })).succeed();
  await pool.close();
});

Deno.test("fail() retires a dead key at once and says so", async () => {
  const { pool } = await benchOf([credentialOf("a"), credentialOf("b")]);
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  const lease = await leased(pool);
  assert.equal(lease.credential.id, "a");
  lease.fail(failureOf({ class: "credential_dead", status: 400, scope: "credential" }), FIRST);
  for (let i = 0; i < 5; i++) {
    const next = await leased(pool, { session: `s${i}` });
    assert.equal(next.credential.id, "b");
    next.succeed();
  }
  assert.equal(events.filter((event) => event.type === "dead").length, 1);
  await pool.close();
});

Deno.test("replaceCredentials() with another key under an id forgets what the former met, also what comes in late", async () => {
  const { pool } = await benchOf([credentialOf("a")]);
  const dead = failureOf({ class: "credential_dead", status: 400, scope: "credential" });
  const late = await leased(pool);
  (await leased(pool)).fail(dead, FIRST);
  await refused(pool);
  pool.replaceCredentials([credentialOf("a", { key: new Secret("AIza-the-next-one") })]);
  const next = await leased(pool);
  assert.equal(next.credential.source === "api_key" && next.credential.key.reveal(), "AIza-the-next-one");
  assert.equal(pool.view().credentials[0]?.inFlight, 2);
  assert.match(late.fail(dead, FIRST).note, /replaced/);
  (await leased(pool)).succeed();
  next.fail(dead, FIRST);
  await refused(pool);
  await pool.close();
});

Deno.test("replaceCredentials() with another key under an id forgets the project that the former was found in", async () => {
  const { pool } = await benchOf([credentialOf("a")]);
  (await leased(pool)).fail(
    failureOf({ class: "rate_limit", status: 429, scope: "bucket", project: "projects/123" }),
    FIRST,
  );
  assert.equal(pool.view().buckets[0]?.project, "projects/123");
  pool.replaceCredentials([credentialOf("a", { key: new Secret("AIza-the-next-one") })]);
  (await leased(pool)).succeed();
  assert.deepEqual(
    pool.view().buckets.filter(({ credentials }) => credentials.length > 0).map(({ project }) => project),
    ["a"],
  );
  await pool.close();
});

/** Project, requests of the day and their limit, of each bucket that a key uses. */
function daysOf(pool: Pool) {
  return pool.view().buckets.filter(({ credentials }) => credentials.length > 0).map(
    ({ project, limits }) => {
      const day = limits.find(({ kind }) => kind === "requests_per_day");
      return [project, day?.used, day?.limit];
    },
  );
}

Deno.test("replaceCredentials() with another key under an id forgets what the former had used up, also over a restart", async () => {
  const { pool, clock, store } = await benchOf([credentialOf("a")]);
  (await leased(pool)).succeed();
  (await leased(pool)).succeed();
  (await leased(pool)).fail(
    failureOf({
      class: "quota",
      status: 429,
      scope: "bucket",
      until: clock.now() + 10 * 3_600_000,
      limits: [{ kind: "requests_per_day", value: 2 }],
    }),
    FIRST,
  );
  await refused(pool);
  await clock.pass(5_000);
  const next = [credentialOf("a", { key: new Secret("AIza-the-next-one") })];
  pool.replaceCredentials(next);
  (await leased(pool)).succeed();
  await pool.close();
  const later = await benchOf(next, { clock, store });
  assert.deepEqual(daysOf(later.pool), [["a", 1, undefined]]);
  (await leased(later.pool)).succeed();
  await later.pool.close();
});

Deno.test("a key that goes to a project and back, again and again, keeps its own count and no other", async () => {
  const { pool } = await benchOf([credentialOf("a")]);
  for (const [before, project] of [undefined, "one", undefined, "two", "one", undefined].entries()) {
    pool.replaceCredentials([credentialOf("a", project === undefined ? {} : { project })]);
    (await leased(pool)).succeed();
    assert.deepEqual(daysOf(pool), [[project ?? "a", before + 1, undefined]]);
  }
  await pool.close();
});

Deno.test("a key that leaves a project that others use takes none of their calls with it", async () => {
  const { pool } = await benchOf([credentialOf("a"), credentialOf("b", { project: "one" })]);
  const call = async (id: string) => (await leased(pool, { pinned: id as CredentialId })).succeed();
  for (const id of ["a", "a", "b", "b", "b"]) await call(id);
  for (const project of ["one", undefined]) {
    const a = credentialOf("a", project === undefined ? {} : { project });
    pool.replaceCredentials([a, credentialOf("b", { project: "one" })]);
    await call("a");
  }
  assert.deepEqual(daysOf(pool), [["a", 3, undefined], ["one", 6, undefined]]);
  await pool.close();
});

Deno.test("acquire() never passes the slots of a key, and a freed slot serves the next call", async () => {
  const { pool } = await benchOf([credentialOf("a")]);
  const leases = [await leased(pool), await leased(pool), await leased(pool)];
  assert.equal(pool.tryAcquire(leaseRequestOf()), undefined);
  const waiting = leased(pool);
  leases[0]?.[Symbol.dispose]();
  leases[0]?.[Symbol.dispose]();
  (await waiting).succeed();
  assert.equal(pool.view().credentials[0]?.inFlight, 2);
  await pool.close();
});

Deno.test("acquire() leaves the queue at once when the signal aborts", async () => {
  const { pool } = await benchOf([credentialOf("a")], { settings: { maxConcurrentRequestsPerKey: 1 } });
  await leased(pool);
  const controller = new AbortController();
  const waiting = pool.acquire(leaseRequestOf(), { signal: controller.signal });
  assert.equal(pool.view().queue.length, 1);
  controller.abort(new Error("gone"));
  await assert.rejects(waiting, /gone/);
  assert.equal(pool.view().queue.length, 0);
  await pool.close();
});

Deno.test("acquire() refuses a request larger than every token limit, with the number", async () => {
  const { pool, clock } = await benchOf([credentialOf("a")]);
  const failure = failureOf({
    class: "rate_limit",
    status: 429,
    scope: "bucket",
    until: clock.now() + 9_000,
    limits: [{ kind: "tokens_per_minute", value: 250_000 }],
  });
  (await leased(pool, { inputTokens: 300_000 })).fail(failure, FIRST);
  const shortage = await refused(pool, { inputTokens: 300_000 });
  assert.equal(shortage.failure.code, "request_too_large");
  assert.match(shortage.failure.message, /250000/);
  (await leased(pool, { inputTokens: 100_000 })).succeed();
  await pool.close();
});
