import assert from "node:assert/strict";
import { call } from "../../tests/support/ledger_bench.ts";
import { deltaLogKey } from "./ledger_keys.ts";
import { RollupShard } from "./rollup_shard.ts";
import { GRAINS, PERIOD_MS } from "./rollup_dims.ts";
import { mergeRollups } from "./rollup_merge.ts";
import { lifetime, series } from "./rollup_query.ts";

const HOUR = 475_000 * PERIOD_MS.hour;
const open = () =>
  new RollupShard({ shard: "b", projectOf: (attempt) => attempt.credential, costOf: () => 2 });

type Due = ReturnType<RollupShard["due"]>;

async function write(kv: Deno.Kv, due: Due) {
  for (const { key, value } of due) await kv.set(key, value);
}

/** Requests by grain, as a reader finds them. */
async function counted(kv: Deno.Kv): Promise<readonly (number | undefined)[]> {
  const whole = { dim: "total", from: HOUR, to: HOUR + PERIOD_MS.hour } as const;
  return await Promise.all(GRAINS.map(async (grain) => {
    if (grain === "all") return (await lifetime(kv, "total")).get("total")?.requests;
    const points = await series(kv, { ...whole, grain });
    return points.reduce((sum, { cells }) => sum + (cells.get("total")?.requests ?? 0), 0);
  }));
}

async function withShard(run: (kv: Deno.Kv, shard: RollupShard) => Promise<void>) {
  using kv = await Deno.openKv(":memory:");
  const shard = open();
  shard.add(call(1), HOUR);
  await write(kv, shard.due(HOUR));
  shard.written();
  await run(kv, shard);
}

Deno.test("RollupShard.due() gives one small value between whole periods, and readers count it", () =>
  withShard(async (kv, shard) => {
    for (let second = 1; second <= 4; second++) {
      const at = HOUR + second * 1_000;
      shard.add(call(second), at);
      const due = shard.due(at);
      assert.deepEqual(due.map(({ key }) => key), [deltaLogKey("b")]);
      await write(kv, due);
      shard.written();
      assert.deepEqual(await counted(kv), Array(4).fill(second + 1));
    }
    assert.deepEqual(shard.due(HOUR + 4_500), []);
    const whole = shard.due(HOUR + 5_000);
    assert.equal(whole.at(-1)?.value, "");
    await write(kv, whole);
    assert.deepEqual(await counted(kv), Array(4).fill(5));
  }));

Deno.test("RollupShard.due() half written counts nothing twice, whichever half it was", () =>
  withShard(async (kv, shard) => {
    shard.add(call(2), HOUR + 1);
    await write(kv, shard.due(HOUR + 1));
    shard.written();
    const whole = shard.due(HOUR + 60_000);
    for (const one of whole) {
      await write(kv, [one]);
      for (const count of await counted(kv)) assert.equal(count, 2);
    }
  }));

Deno.test("RollupShard.due() gives whole periods after a minute has ended or a commit has failed", () =>
  withShard(async (kv, shard) => {
    shard.add(call(2), HOUR + 1);
    await write(kv, shard.due(HOUR + 1));
    shard.written();
    shard.add(call(3), HOUR + PERIOD_MS.minute);
    await write(kv, shard.due(HOUR + 2));
    shard.written();
    assert.deepEqual(await counted(kv), Array(4).fill(3));
    shard.add(call(4), HOUR + PERIOD_MS.minute + 1);
    shard.due(HOUR + 3);
    shard.failed();
    await write(kv, shard.due(HOUR + 4));
    assert.deepEqual(await counted(kv), Array(4).fill(4));
  }));

Deno.test("mergeRollups() takes over what a killed process left beside its periods, once", () =>
  withShard(async (kv, shard) => {
    shard.add(call(2), HOUR + 1);
    const due = shard.due(HOUR + 1);
    await write(kv, due);
    await mergeRollups(kv, (name) => name === "b");
    assert.deepEqual(await counted(kv), Array(4).fill(2));
    assert.notEqual((await kv.get(deltaLogKey("b"))).value, null, "the tail of a living process was touched");
    await mergeRollups(kv, () => false);
    assert.equal((await kv.get(deltaLogKey("b"))).value, null);
    assert.deepEqual(await counted(kv), Array(4).fill(2));
    // Killed before the tail was removed, it is found again.
    await write(kv, due);
    await mergeRollups(kv, () => false);
    assert.deepEqual(await counted(kv), Array(4).fill(2));
  }));
