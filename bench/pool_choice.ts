/**
 * What choosing a key costs with 1,000 and 20,000 keys, for each policy, on a pool in steady use: most buckets know their limit,
 * some are full, some cool. Prints microseconds and exits with 1 when a mean is over its bound.
 *
 *     deno run -A bench/pool_choice.ts
 */
import { ROTATION_MODES, type RotationMode } from "../src/config/mod.ts";
import type { Credential } from "../src/core/mod.ts";
import { createPool } from "../src/pool/mod.ts";
import { seededRandom } from "../tests/scenarios/seeded_random.ts";
import { minuteRefusal } from "../tests/support/failure_of.ts";
import { credentialOf, leaseRequestOf, mapStore, SETTINGS } from "../tests/support/pool_fixture.ts";

const BOUNDS: readonly (readonly [number, number])[] = [[1_000, 50], [20_000, 500]];
const CALLS = 20_000;

/** Time that moves only by hand, so that the benchmark measures nothing but the pool. */
const clock = { at: Date.UTC(2026, 5, 1, 12), now: () => clock.at, after: () => () => {} };

async function measure(keys: number, rotationMode: RotationMode) {
  const random = seededRandom(7);
  const credentials: Credential[] = Array.from(
    { length: keys },
    (_, at) => credentialOf(`k${at}`, { priority: at % 3 }),
  );
  const pool = await createPool({
    store: mapStore(),
    settings: { ...SETTINGS, rotationMode, rotationTolerance: 0.1 },
    catalog: {
      groupOf: () => undefined,
      servedBy: () => undefined,
      fallbacksOf: () => [],
      revision: () => 1,
    },
    ports: { clock, random, newId: (prefix) => prefix },
    credentials,
  });
  pool.tryAcquire(leaseRequestOf())?.succeed();
  const times: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    clock.at += 3;
    const started = performance.now();
    const lease = pool.tryAcquire(leaseRequestOf({ session: `s${i % 50}` }));
    const chosen = performance.now();
    if (lease === undefined) continue;
    if (random() < 0.02) {
      lease.fail(minuteRefusal(5, clock.at + 30_000), { attempt: 1, sameKeyRetries: 0, classes: [] });
    } else lease.succeed();
    times.push((chosen - started) * 1000);
  }
  await pool.close();
  times.sort((a, b) => a - b);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return { mean, p50: times[times.length >> 1] ?? 0, p99: times[Math.floor(times.length * 0.99)] ?? 0 };
}

let passed = true;
for (const [keys, bound] of BOUNDS) {
  for (const mode of ROTATION_MODES) {
    const { mean, p50, p99 } = await measure(keys, mode);
    const ok = mean <= bound;
    passed &&= ok;
    const cells = [mean, p50, p99].map((value) => value.toFixed(1).padStart(8)).join("");
    console.log(
      `${String(keys).padStart(6)} keys  ${mode.padEnd(10)} mean/p50/p99 us ${cells}  bound ${bound}  ${
        ok ? "ok" : "OVER"
      }`,
    );
  }
}
if (!passed) Deno.exit(1);
