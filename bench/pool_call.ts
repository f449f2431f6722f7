/**
 * What the pool costs a call: taking a lease, settling it and disposing of it, in processor time and bytes allocated, with 10 and
 * with 1,000 keys. The limits are never reached, as in a pool that is large enough. `--where` names the functions that allocate.
 *
 *     deno run -A bench/pool_call.ts [--where]
 */
import inspector from "node:inspector";
import process from "node:process";
import type { Usage } from "../src/core/mod.ts";
import { createPool, type Lease, type Pool } from "../src/pool/mod.ts";
import { seededRandom } from "../tests/scenarios/seeded_random.ts";
import { credentialOf, leaseRequestOf, mapStore, SETTINGS } from "../tests/support/pool_fixture.ts";

const CALLS = 100_000;
const UNDER_WAY = 16;

/** Time that moves only by hand, so that the benchmark measures nothing but the pool. */
const clock = { at: Date.UTC(2026, 5, 1, 12), now: () => clock.at, after: () => () => {} };

const USAGE: Usage = {
  promptTokens: 900,
  cachedTokens: 0,
  candidatesTokens: 100,
  thoughtsTokens: 0,
  toolUseTokens: 0,
  totalTokens: 1_000,
};

async function poolOf(keys: number) {
  return await createPool({
    store: mapStore(),
    settings: { ...SETTINGS, maxConcurrentRequestsPerKey: 1_000 },
    catalog: {
      groupOf: () => undefined,
      servedBy: () => undefined,
      fallbacksOf: () => [],
      revision: () => 1,
    },
    ports: { clock, random: seededRandom(7), newId: (prefix) => prefix },
    credentials: Array.from({ length: keys }, (_, at) => credentialOf(`k${at}`)),
  });
}

const needs = Array.from({ length: 1_000 }, (_, at) => leaseRequestOf({ session: `s${at % 50}` }));

/** So many calls, some of them under way at any time; 1 ms apart. */
function play(pool: Pool, calls: number): void {
  const leases = new Array<Lease | undefined>(UNDER_WAY).fill(undefined);
  for (let i = 0; i < calls; i++) {
    clock.at += 1;
    const slot = i % UNDER_WAY;
    const old = leases[slot];
    old?.succeed(USAGE);
    old?.[Symbol.dispose]();
    leases[slot] = pool.tryAcquire(needs[i % needs.length]!);
  }
  for (const lease of leases) lease?.[Symbol.dispose]();
}

/** Processor time of this process in microseconds, its garbage collector's threads included. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Bytes allocated by an action, by function; sampled. */
async function allocated(action: () => void): Promise<Map<string, number>> {
  const session = new inspector.Session();
  session.connect();
  const post = (method: string, params: object = {}) =>
    new Promise<unknown>((resolve, reject) =>
      session.post(
        method,
        params,
        (error: Error | null, reply?: object) => error === null ? resolve(reply) : reject(error),
      )
    );
  await post("HeapProfiler.enable");
  await post("HeapProfiler.startSampling", {
    samplingInterval: 4_096,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  action();
  const { profile } = await post("HeapProfiler.stopSampling") as { profile: { head: Node } };
  session.disconnect();
  const sums = new Map<string, number>();
  walk(profile.head, sums);
  return sums;
}

interface Node {
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly selfSize: number;
  readonly children: readonly Node[];
}

function walk(node: Node, sums: Map<string, number>): void {
  const { functionName, url, lineNumber } = node.callFrame;
  const name = `${functionName} ${url.split("/").pop()}:${lineNumber + 1}`;
  sums.set(name, (sums.get(name) ?? 0) + node.selfSize);
  for (const child of node.children) walk(child, sums);
}

for (const keys of [10, 1_000]) {
  const pool = await poolOf(keys);
  play(pool, 40_000);
  const rounds = Array.from({ length: 5 }, () => {
    const start = processorTime();
    play(pool, CALLS);
    return (processorTime() - start) / CALLS;
  }).sort((a, b) => a - b);
  const sums = await allocated(() => play(pool, CALLS));
  const bytes = [...sums.values()].reduce((a, b) => a + b, 0) / CALLS;
  console.log(
    `${String(keys).padStart(5)} keys  ${(rounds[2] ?? 0).toFixed(2)} us a call (${
      rounds.map((r) => r.toFixed(2)).join(" ")
    })  ${bytes.toFixed(0)} bytes a call`,
  );
  if (Deno.args.includes("--where")) {
    for (const [name, size] of [...sums].sort((a, b) => b[1] - a[1]).slice(0, 18)) {
      console.log(`       ${(size / CALLS).toFixed(0).padStart(5)}  ${name}`);
    }
  }
  await pool.close();
}
