import assert from "node:assert/strict";
import { call } from "../../tests/support/ledger_bench.ts";
import { RollupShard } from "./rollup_shard.ts";
import { decodePage } from "./rollup_codec.ts";
import { PERIOD_MS, periodOf } from "./rollup_dims.ts";

const HOUR = 475_000 * PERIOD_MS.hour;

const open = () =>
  new RollupShard({ shard: "b", projectOf: (attempt) => attempt.credential, costOf: () => 2 });

/** Requests counted for the whole proxy, by grain and period. */
function totalsOf(shard: RollupShard): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const { key, value } of shard.due()) {
    const [grain, dim, time] = key.slice(-4) as [string, string, number];
    if (dim === "total") totals[`${grain} ${time}`] = decodePage(value).cells.get("total")!.requests;
  }
  return totals;
}

Deno.test("RollupShard gives every grain the same calls, over the edges of minutes and hours", () => {
  const shard = open();
  for (const at of [HOUR - 1, HOUR, HOUR + 1, HOUR + PERIOD_MS.minute]) shard.add(call(at), at);
  assert.deepEqual(totalsOf(shard), {
    [`minute ${HOUR - PERIOD_MS.minute}`]: 1,
    [`minute ${HOUR}`]: 2,
    [`minute ${HOUR + PERIOD_MS.minute}`]: 1,
    [`hour ${HOUR - PERIOD_MS.hour}`]: 1,
    [`hour ${HOUR}`]: 3,
    [`day ${periodOf("day", HOUR)}`]: 4,
    "all 0": 4,
  });
});

Deno.test("RollupShard keeps a minute that ends while the write before is on its way", () => {
  const shard = open();
  shard.add(call(1), HOUR);
  shard.due();
  shard.add(call(2), HOUR + 1);
  shard.add(call(3), HOUR + PERIOD_MS.minute);
  shard.written();
  assert.equal(totalsOf(shard)[`minute ${HOUR}`], 2);
});

Deno.test("RollupShard.inherit() takes over what its predecessor has not given out", () => {
  const [old, fresh] = [open(), open()];
  old.add(call(1), HOUR);
  old.due();
  old.add(call(2), HOUR + 1);
  fresh.inherit(old);
  assert.equal(totalsOf(fresh)[`minute ${HOUR}`], 1);
});
