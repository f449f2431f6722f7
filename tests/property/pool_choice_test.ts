import assert from "node:assert/strict";
import fc from "fast-check";
import { ROTATION_MODES } from "../../src/config/mod.ts";
import type { Credential, CredentialId, Failure, SourceName, Tier } from "../../src/core/mod.ts";
import type { Lease, LeaseRequest } from "../../src/pool/mod.ts";
import { seededRandom } from "../scenarios/seeded_random.ts";
import { benchOf, credentialOf, leaseRequestOf } from "../support/pool_fixture.ts";

const SOURCES: readonly SourceName[] = ["api_key", "antigravity"];
const TIERS: readonly Tier[] = ["free", "standard", "premium"];

const credentials = fc.array(
  fc.record({
    source: fc.constantFrom(...SOURCES),
    tier: fc.constantFrom(...TIERS),
    enabled: fc.boolean(),
    dead: fc.boolean(),
    denied: fc.boolean(),
    priority: fc.integer({ min: -2, max: 2 }),
    project: fc.option(fc.constantFrom("p1", "p2", "p3"), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 12 },
).map((list) =>
  list.map(({ dead, denied, project, ...rest }, at): Credential =>
    credentialOf(`k${at}`, {
      ...rest,
      ...(dead ? { dead: { class: "credential_dead", reason: "revoked", at: 1 } } : {}),
      ...(denied ? { denyModels: ["gemini-f*"] } : {}),
      ...(project === undefined ? {} : { project }),
    } as Partial<Credential>)
  )
);

const call = fc.record({
  sources: fc.subarray([...SOURCES], { minLength: 1 }),
  tried: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { maxLength: 4 }),
  pinned: fc.option(fc.integer({ min: 0, max: 11 }), { nil: undefined, freq: 4 }),
  outcome: fc.constantFrom("ok", "hold", "minute", "day", "dead", "drop"),
  pass: fc.integer({ min: 0, max: 20_000 }),
});

function leaseRequest(
  { sources, tried, pinned }: { sources: SourceName[]; tried: number[]; pinned: number | undefined },
): LeaseRequest {
  return leaseRequestOf({
    sources,
    tried: new Set(tried.map((at) => `k${at}` as CredentialId)),
    ...(pinned === undefined ? {} : { pinned: `k${pinned}` as CredentialId }),
  });
}

function failureOf(outcome: string, now: number): Failure {
  const base = { status: 429, message: "No.", scope: "bucket" } as const;
  if (outcome === "dead") return { ...base, scope: "credential", class: "credential_dead" };
  if (outcome === "day") return { ...base, class: "quota", limits: [{ kind: "requests_per_day", value: 3 }] };
  return {
    ...base,
    class: "rate_limit",
    until: now + 30_000,
    limits: [{ kind: "requests_per_minute", value: 2 }],
  };
}

Deno.test("tryAcquire() never takes an ineligible key, whatever happened before", async () => {
  await fc.assert(
    fc.asyncProperty(
      credentials,
      fc.array(call, { maxLength: 40 }),
      fc.constantFrom(...ROTATION_MODES),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer(),
      async (keys, calls, rotationMode, rotationTolerance, seed) => {
        const settings = { rotationMode, rotationTolerance, maxConcurrentRequestsPerKey: 2 };
        const { pool, clock } = await benchOf(keys, { settings, random: seededRandom(seed) });
        const dead = new Set(keys.filter((key) => key.dead !== undefined).map((key) => key.id));
        const closedUntil = new Map<string, number>();
        const held: Lease[] = [];
        for (const one of calls) {
          await clock.pass(one.pass);
          const asked = leaseRequest(one);
          const lease = pool.tryAcquire(asked);
          if (lease === undefined) continue;
          const { credential } = lease;
          assert.ok(credential.enabled && !dead.has(credential.id), "usable");
          assert.equal(credential.denyModels, undefined, "permitted");
          assert.ok(asked.sources.includes(credential.source), "of an asked source");
          assert.ok(!asked.tried.has(credential.id), "not tried");
          assert.ok(asked.pinned === undefined || asked.pinned === credential.id, "the pinned one");
          assert.ok((closedUntil.get(lease.bucket) ?? 0) <= clock.now(), "of an open bucket");
          assert.ok(
            held.filter((other) => other.credential.id === credential.id).length < slots(credential.tier),
            "a free slot",
          );
          if (one.outcome === "ok") lease.succeed();
          else if (one.outcome === "hold") held.push(lease);
          else if (one.outcome === "drop") lease[Symbol.dispose]();
          else {
            const failure = failureOf(one.outcome, clock.now());
            lease.fail(failure, { attempt: 1, sameKeyRetries: 0, classes: [] });
            if (one.outcome === "dead") {
              dead.add(credential.id);
            } else {
              closedUntil.set(lease.bucket, Math.max(closedUntil.get(lease.bucket) ?? 0, failure.until ?? 0));
            }
          }
        }
        await pool.close();
      },
    ),
    { numRuns: 150 },
  );
});

function slots(tier: Tier): number {
  return tier === "premium" ? 4 : 2;
}

Deno.test("tryAcquire() chooses the same for the same seed", async () => {
  await fc.assert(
    fc.asyncProperty(
      credentials,
      fc.integer(),
      fc.constantFrom(...ROTATION_MODES),
      async (keys, seed, rotationMode) => {
        const play = async () => {
          const settings = { rotationMode, rotationTolerance: 0.5 };
          const { pool } = await benchOf(keys, { settings, random: seededRandom(seed) });
          const chosen: string[] = [];
          for (let i = 0; i < 30; i++) {
            const lease = pool.tryAcquire(leaseRequestOf());
            chosen.push(lease?.credential.id ?? "none");
            lease?.succeed();
          }
          await pool.close();
          return chosen;
        };
        assert.deepEqual(await play(), await play());
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("tolerance moves a policy from its own order to uniform chance, monotonously", async () => {
  const keys = Array.from({ length: 5 }, (_, at) => credentialOf(`k${at}`));
  const shareOfFirst = async (rotationTolerance: number) => {
    const settings = { rotationMode: "sequential", rotationTolerance } as const;
    const { pool, clock } = await benchOf(keys, { settings, random: seededRandom(3) });
    let first = 0;
    for (let i = 0; i < 2_000; i++) {
      const lease = pool.tryAcquire(leaseRequestOf());
      if (lease?.credential.id === "k0") first++;
      lease?.succeed();
      await clock.pass(200);
    }
    await pool.close();
    return first / 2_000;
  };
  const shares = [];
  for (const tolerance of [0, 0.25, 0.5, 0.75, 1]) shares.push(await shareOfFirst(tolerance));
  assert.equal(shares[0], 1);
  assert.ok(Math.abs((shares[4] ?? 0) - 0.2) < 0.04, `uniform at 1: ${shares[4]}`);
  for (let i = 1; i < shares.length; i++) {
    assert.ok((shares[i] ?? 0) < (shares[i - 1] ?? 0), `monotone: ${shares}`);
  }
});

Deno.test("balanced use is even over equal keys", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 120 }),
      async (count, calls) => {
        const { pool } = await benchOf(Array.from({ length: count }, (_, at) => credentialOf(`k${at}`)));
        const uses = new Map<string, number>();
        for (let i = 0; i < calls; i++) {
          const lease = pool.tryAcquire(leaseRequestOf());
          assert.ok(lease);
          uses.set(lease.credential.id, (uses.get(lease.credential.id) ?? 0) + 1);
          lease.succeed();
        }
        const counts = Array.from({ length: count }, (_, at) => uses.get(`k${at}`) ?? 0);
        assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, String(counts));
        await pool.close();
      },
    ),
    { numRuns: 60 },
  );
});
