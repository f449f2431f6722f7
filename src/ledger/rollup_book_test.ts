import assert from "node:assert/strict";
import { call } from "../../tests/support/ledger_bench.ts";
import { RollupBook } from "./rollup_book.ts";
import { decodePage } from "./rollup_codec.ts";
import { PERIOD_MS, periodOf } from "./rollup_dims.ts";

const HOUR = 475_000 * PERIOD_MS.hour;

const open = () => new RollupBook({ book: "b", projectOf: (attempt) => attempt.credential, costOf: () => 2 });

/** Requests counted for the whole proxy, by grain and period. */
function totalsOf(book: RollupBook): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const { key, value } of book.due()) {
    const [grain, dim, time] = key.slice(-4) as [string, string, number];
    if (dim === "total") totals[`${grain} ${time}`] = decodePage(value).cells.get("total")!.requests;
  }
  return totals;
}

Deno.test("RollupBook gives every grain the same calls, over the edges of minutes and hours", () => {
  const book = open();
  for (const at of [HOUR - 1, HOUR, HOUR + 1, HOUR + PERIOD_MS.minute]) book.add(call(at), at);
  assert.deepEqual(totalsOf(book), {
    [`minute ${HOUR - PERIOD_MS.minute}`]: 1,
    [`minute ${HOUR}`]: 2,
    [`minute ${HOUR + PERIOD_MS.minute}`]: 1,
    [`hour ${HOUR - PERIOD_MS.hour}`]: 1,
    [`hour ${HOUR}`]: 3,
    [`day ${periodOf("day", HOUR)}`]: 4,
    "all 0": 4,
  });
});

Deno.test("RollupBook keeps a minute that ends while the write before is on its way", () => {
  const book = open();
  book.add(call(1), HOUR);
  book.due();
  book.add(call(2), HOUR + 1);
  book.add(call(3), HOUR + PERIOD_MS.minute);
  book.written();
  assert.equal(totalsOf(book)[`minute ${HOUR}`], 2);
});

Deno.test("RollupBook.inherit() takes over what its predecessor has not given out", () => {
  const [old, fresh] = [open(), open()];
  old.add(call(1), HOUR);
  old.due();
  old.add(call(2), HOUR + 1);
  fresh.inherit(old);
  assert.equal(totalsOf(fresh)[`minute ${HOUR}`], 1);
});
