import assert from "node:assert/strict";
import fc from "fast-check";
import { type Fault, FAULTS } from "./faults.ts";
import { type Lane, LANES } from "./lanes.ts";
import { type Reply, World } from "./world.ts";

/** Sequences of one run; `deno task test:sequences` runs 1,000. */
const RUNS = Number(Deno.env.get("FAULT_SEQUENCES") ?? 40);
/** After this many sequences a run says how far it is. */
const TOLD_EACH = 50;
/** A call that has nothing to wait for. */
const LONGEST_MS = 20_000;
const HALF_A_DAY = 13 * 3_600_000;

/** Faults of a key: what the request itself or the network is at fault for is the same for all. */
const OF_KEYS = FAULTS.filter(({ concern, name }) =>
  concern !== "request" && concern !== "egress" && name !== "silence"
);

type Step =
  | { readonly kind: "call"; readonly lane: Lane }
  | { readonly kind: "strike"; readonly key: number; readonly fault: Fault; readonly lane: Lane }
  | { readonly kind: "heal"; readonly key: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "check" }
  | { readonly kind: "restart" };

/** The first key is never struck, so that every call can be answered. */
const struckKey = fc.integer({ min: 1, max: 3 });
const lane = fc.constantFrom(...LANES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("call" as const), lane }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("strike" as const),
      key: struckKey,
      fault: fc.constantFrom(...OF_KEYS),
      lane,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("heal" as const), key: struckKey }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(1_000, 61_000, 6 * 60_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("check" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
);

const PLAN = Array.from({ length: 4 }, (_, index) => ({ project: String(3000 + index), bad: index > 0 }));

function judge(world: World, reply: Reply, { name, answered }: Lane): void {
  assert.equal(
    reply.status,
    200,
    `${name}: a healthy key does not answer: ${reply.status} ${reply.text.slice(0, 300)}`,
  );
  assert.ok(answered(reply.text), `${name}: 200 without the answer: ${reply.text.slice(0, 200)}`);
  const times = Map.groupBy(reply.asked, ({ key }) => key);
  for (const [key, asked] of times) {
    assert.ok(asked.length <= 2, `${name}: key ${world.keys.indexOf(key)} was asked ${asked.length} times`);
  }
  assert.ok(reply.asked.length <= PLAN.length + 2, `${name}: ${reply.asked.length} calls`);
  assert.ok(reply.tookMs <= LONGEST_MS, `${name}: took ${reply.tookMs} ms`);
  assert.ok(!reply.text.includes("AIza"), "a key was told");
}

async function run(world: World, one: Step): Promise<void> {
  switch (one.kind) {
    case "call":
      return judge(world, await world.call(one.lane), one.lane);
    case "strike":
      return world.strikeKey(one.key, one.fault, one.lane);
    case "heal":
      return world.strikeKey(one.key, undefined, LANES[0]!);
    case "wait":
      return await world.clock.jump(one.ms);
    case "check":
      return await world.check();
    case "restart":
      return await world.restart();
  }
}

async function runSequence(steps: readonly Step[]): Promise<void> {
  await using world = await World.open(PLAN);
  for (const one of steps) await run(world, one);
  // Google has recovered: once the stated times are over and the keys are checked, the struck ones serve alone.
  world.heal();
  await world.clock.jump(HALF_A_DAY);
  await world.check();
  const dead = FAULTS.find(({ name }) => name === "key leaked")!;
  world.strikeKey(0, dead, LANES[0]!);
  const last = await world.call(LANES[0]!);
  assert.equal(last.status, 200, `after recovery: ${last.status} ${last.text.slice(0, 300)}`);
  assert.deepEqual(world.script.broken, []);
}

Deno.test("fault sequences: whatever fails, is called, recovers and restarts, the healthy key answers within bounds", async () => {
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 1000);
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
      await runSequence(steps);
      if (++ran % TOLD_EACH === 0) console.log(`fault sequences: ${ran} of ${RUNS} in ${seconds()} s`);
    }),
    { numRuns: RUNS },
  );
  console.log(`fault sequences: ${ran} held in ${seconds()} s`);
});
