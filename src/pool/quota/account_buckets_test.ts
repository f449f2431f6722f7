import assert from "node:assert/strict";
import type { Credential, CredentialId, Failure, SourceName } from "../../core/mod.ts";
import { benchOf, credentialOf, leaseRequestOf } from "../../../tests/support/pool_fixture.ts";

const HOUR = 3_600_000;

function usedUp(until: number): Failure {
  return {
    class: "quota",
    status: 429,
    message: "The quota is used up.",
    scope: "bucket",
    until,
    project: "projects/42",
    limits: [{ kind: "other" }],
  };
}

async function afterOneIsUsedUp(source: SourceName) {
  const [ada, bob] = ["ada", "bob"].map((id) =>
    credentialOf(id, { source, project: "shared" } as Partial<Credential>)
  );
  const { pool, clock } = await benchOf([ada!, bob!]);
  const lease = pool.tryAcquire(leaseRequestOf({ pinned: "ada" as CredentialId }));
  lease?.fail(usedUp(clock.now() + HOUR), { attempt: 1, sameKeyRetries: 0, classes: [] });
  const next = pool.tryAcquire(leaseRequestOf());
  next?.succeed();
  const buckets = pool.view().buckets.map(({ credentials }) => credentials);
  await pool.close();
  return { next: next?.credential.id, buckets };
}

Deno.test("accounts of one Google Cloud project are counted each by itself, as Google counts them", async () => {
  for (const source of ["gemini_cli", "antigravity"] as const) {
    assert.deepEqual(await afterOneIsUsedUp(source), { next: "bob", buckets: [["ada"], ["bob"]] }, source);
  }
});

Deno.test("keys and service accounts of one Google Cloud project share its count", async () => {
  for (const source of ["api_key", "vertex"] as const) {
    assert.deepEqual(await afterOneIsUsedUp(source), { next: undefined, buckets: [["ada", "bob"]] }, source);
  }
});

Deno.test("a closure that Google's own numbers contradict is tried after some hours, and not sooner", async () => {
  const { pool, clock } = await benchOf([
    credentialOf("ada", { source: "antigravity" } as Partial<Credential>),
  ]);
  const id = "ada" as CredentialId;
  const close = () =>
    pool.tryAcquire(leaseRequestOf())?.fail(usedUp(clock.now() + 100 * HOUR), {
      attempt: 1,
      sameKeyRetries: 0,
      classes: [],
    });
  const poll = () =>
    pool.noteQuota(id, leaseRequestOf().model, { fraction: 0.8, resetsAt: clock.now() + 5 * HOUR });
  for (let round = 0; round < 2; round++) {
    close();
    poll();
    assert.equal(pool.tryAcquire(leaseRequestOf()), undefined, "Google said so a moment ago");
    await clock.pass(4 * HOUR);
    assert.equal(pool.tryAcquire(leaseRequestOf()), undefined, "nobody contradicts it");
    poll();
    const trial = pool.tryAcquire(leaseRequestOf());
    assert.ok(trial, "one trial");
    trial[Symbol.dispose]();
  }
  await pool.close();
});
