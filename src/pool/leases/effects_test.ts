import assert from "node:assert/strict";
import type { Failure } from "../../core/mod.ts";
import { benchOf, credentialOf, leaseRequestOf } from "../../../tests/support/pool_fixture.ts";
import type { PoolEvent } from "../mod.ts";

const FIRST = { attempt: 1, sameKeyRetries: 0, classes: [] };

function failureOf(name: Failure["class"], more: Partial<Failure> = {}): Failure {
  return { class: name, status: 500, message: "No.", scope: "request", ...more };
}

for (
  const name of [
    "invalid_request",
    "client_gone",
    "blocked",
    "empty_reply",
    "unknown",
    "ambiguous_429",
    "overloaded",
  ] as const
) {
  Deno.test(`fail() with one ${name} cools no key`, async () => {
    const { pool } = await benchOf([credentialOf("a")]);
    pool.tryAcquire(leaseRequestOf())?.fail(failureOf(name), FIRST);
    assert.ok(pool.tryAcquire(leaseRequestOf()));
    await pool.close();
  });
}

Deno.test("fail() with misconfigured rests the whole source and leaves the others", async () => {
  const keys = [
    credentialOf("a", { source: "antigravity" }),
    credentialOf("b", { source: "antigravity" }),
    credentialOf("c"),
  ];
  const { pool } = await benchOf(keys);
  const request = leaseRequestOf({ sources: ["antigravity", "api_key"] });
  pool.tryAcquire(request)?.fail(failureOf("misconfigured", { scope: "source" }), FIRST);
  assert.equal(pool.tryAcquire(request)?.credential.id, "c");
  await pool.close();
});

Deno.test("fail() with not_on_tier sets one model aside for one key", async () => {
  const { pool } = await benchOf([credentialOf("a"), credentialOf("b")]);
  const failed = pool.tryAcquire(leaseRequestOf());
  failed?.fail(failureOf("not_on_tier", { status: 429, scope: "credential_model", stated: true }), FIRST);
  for (let i = 0; i < 4; i++) {
    const lease = pool.tryAcquire(leaseRequestOf());
    assert.notEqual(lease?.credential.id, failed?.credential.id);
    lease?.succeed();
  }
  assert.equal(pool.tryAcquire(leaseRequestOf({ model: "other" }))?.credential.id, failed?.credential.id);
  await pool.close();
});

Deno.test("fail() with transport rests the endpoint only after several in a row, and one trial opens it again", async () => {
  const { pool, clock } = await benchOf([credentialOf("a"), credentialOf("b")]);
  for (let i = 0; i < 3; i++) {
    pool.tryAcquire(leaseRequestOf())?.fail(failureOf("transport", { scope: "endpoint" }), FIRST);
  }
  assert.equal(pool.tryAcquire(leaseRequestOf()), undefined);
  await clock.pass(3_000);
  const trial = pool.tryAcquire(leaseRequestOf());
  assert.ok(trial);
  assert.equal(pool.tryAcquire(leaseRequestOf()), undefined, "one trial at a time");
  trial.succeed();
  assert.ok(pool.tryAcquire(leaseRequestOf()));
  await pool.close();
});

Deno.test("fail() reads the project from an error, says so, and puts keys of one project in one bucket", async () => {
  const { pool, clock } = await benchOf([
    credentialOf("a"),
    credentialOf("b"),
    credentialOf("c", { project: "told" }),
  ]);
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  for (const key of ["a", "b", "c"]) {
    const limits = [{ kind: "requests_per_minute", value: 9 }] as const;
    const project = "projects/42";
    const failure = failureOf("rate_limit", {
      scope: "bucket",
      status: 429,
      until: clock.now() + 100,
      limits,
      project,
    });
    const lease = pool.tryAcquire(leaseRequestOf({ pinned: credentialOf(key).id }));
    lease?.fail(failure, FIRST);
    await clock.pass(200);
  }
  assert.equal(events.filter((event) => event.type === "project-measured").length, 3);
  pool.tryAcquire(leaseRequestOf())?.succeed();
  const buckets = pool.view().buckets.map(({ project, projectKind, credentials }) => ({
    project,
    projectKind,
    credentials,
  }));
  assert.deepEqual(buckets, [
    { project: "projects/42", projectKind: "measured", credentials: ["a", "b"] },
    { project: "told", projectKind: "told", credentials: ["c"] },
  ]);
  await pool.close();
});

Deno.test("guesses bench at most half of a model's buckets, facts all of them", async () => {
  const keys = ["a", "b", "c", "d"].map((id) => credentialOf(id));
  const { pool, clock } = await benchOf(keys);
  for (let i = 0; i < 4; i++) {
    pool.tryAcquire(leaseRequestOf())?.fail(failureOf("rate_limit", { status: 429, scope: "bucket" }), FIRST);
  }
  assert.equal(pool.view().buckets.filter((bucket) => bucket.coolingUntil !== undefined).length, 2);
  await clock.pass(3_000);
  for (let i = 0; i < 8; i++) {
    pool.tryAcquire(leaseRequestOf())?.fail(
      failureOf("rate_limit", { status: 429, scope: "bucket", until: clock.now() + 30_000 }),
      FIRST,
    );
  }
  assert.equal(pool.tryAcquire(leaseRequestOf()), undefined);
  await pool.close();
});

Deno.test("acquire() keeps a conversation on its key, and a tool loop on its source", async () => {
  const { pool } = await benchOf([
    credentialOf("a"),
    credentialOf("b"),
    credentialOf("g", { source: "antigravity" }),
  ]);
  const affinity = { credential: credentialOf("b").id, source: "api_key", strict: false } as const;
  for (let i = 0; i < 3; i++) {
    const lease = pool.tryAcquire(leaseRequestOf({ affinity }));
    assert.equal(lease?.credential.id, "b");
    lease?.succeed();
  }
  const strict = { credential: credentialOf("g").id, source: "antigravity", strict: true } as const;
  const held = [1, 2, 3].map(() => pool.tryAcquire(leaseRequestOf({ affinity: strict }))?.credential.id);
  assert.deepEqual(held, ["g", "g", "g"]);
  assert.equal(pool.tryAcquire(leaseRequestOf({ affinity: strict })), undefined, "waits for its source");
  await pool.close();
});

Deno.test("lift() of one key ends the rest that its project shares", async () => {
  const { pool } = await benchOf(
    ["a", "b", "c"].map((id) => credentialOf(id, id === "c" ? {} : { project: "p" })),
  );
  const spent = failureOf("quota", { scope: "project", status: 429, stated: true, message: "No credit." });
  pool.tryAcquire(leaseRequestOf({ pinned: credentialOf("a").id }))?.fail(spent, FIRST);
  const free = () =>
    ["a", "b", "c"].filter((id) => pool.tryAcquire(leaseRequestOf({ pinned: credentialOf(id).id })));
  assert.deepEqual(free(), ["c"]);
  pool.lift(credentialOf("b").id);
  assert.deepEqual(free(), ["a", "b", "c"]);
  await pool.close();
});
