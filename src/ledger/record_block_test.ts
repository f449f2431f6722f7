import assert from "node:assert/strict";
import type { AttemptRecord, CallRecord, Usage } from "../core/mod.ts";
import { call } from "../../tests/support/ledger_bench.ts";
import { KindTable, type KnownCall } from "./call_kinds.ts";
import { hash32, pack, unpack } from "./packed.ts";
import { BLOCK_RECORDS, openBlock, packCalls, type RecordBlock } from "./record_block.ts";
import { facetOf, FACETS } from "./record_filter.ts";

/** Every field there is: a new one that is not packed fails here, as the types ask for it. */
const ATTEMPT: Required<AttemptRecord> = {
  ...call(1).attempts[0]!,
  connectMs: 3,
  firstTokenMs: 4,
  status: 429,
  failure: "quota",
  message: "Quota\nis used up",
  note: "least used",
};
const USAGE: Required<Usage> = {
  ...call(1).usage!,
  promptDetails: { TEXT: 900, IMAGE: 100 },
  candidatesDetails: { TEXT: 100 },
  serviceTier: "standard",
};
const WHOLE: Required<CallRecord> = {
  ...call(1),
  modelUsed: "gemini-2.5-pro",
  outcome: "failed",
  failure: "quota",
  message: "No key is left",
  finish: "STOP",
  firstTokenMs: 100,
  usage: USAGE,
  warnings: ["Temperature was left out"],
  attempts: [ATTEMPT, { ...ATTEMPT, status: 200, startedAt: ATTEMPT.startedAt + 50 }],
};

function known(records: readonly CallRecord[]): readonly KnownCall[] {
  const kinds = new KindTable();
  return records.map((record) => kinds.known(record));
}

function packed(records: readonly CallRecord[]): readonly RecordBlock[] {
  return packCalls(known(records)).map(({ value }) => openBlock(value));
}

function recordsOf(blocks: readonly RecordBlock[]): readonly (CallRecord | undefined)[] {
  return blocks.flatMap((block) => Array.from({ length: block.count }, (_, index) => block.record(index)));
}

const MANY: readonly CallRecord[] = [
  WHOLE,
  { ...call(2), attempts: [] },
  ...Array.from(
    { length: BLOCK_RECORDS * 2 },
    (_, number) =>
      call(number, number % 7 === 0 ? { attempts: [ATTEMPT], agent: `agent ${number % 3}` } : {}),
  ),
];

Deno.test("packCalls() and openBlock() give back every field of every record, in order", () => {
  const blocks = packed(MANY);
  assert.equal(blocks.length, 3);
  assert.deepEqual(recordsOf(blocks), MANY);
});

Deno.test("packCalls() files each record as the record itself is filed", () => {
  const indexes = packCalls(known(MANY)).map(({ index }) => index);
  assert.deepEqual(indexes.flatMap(({ ids }) => [...ids]), MANY.map(({ id }) => hash32(id)));
  for (const facet of FACETS) {
    const filed = indexes.flatMap(({ facets }) => facets[facet]);
    assert.deepEqual(filed, MANY.map((record) => facetOf(facet, record)));
  }
  const at = MANY.slice(0, BLOCK_RECORDS).map((record) => record.at);
  assert.deepEqual([indexes[0]?.from, indexes[0]?.to], [Math.min(...at), Math.max(...at)]);
});

Deno.test("packCalls() spreads what is too large over several values and shortens what fits in none", () => {
  const noise = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(500)), (byte) => byte.toString(16)).join("");
  const large = (attempts: number) => ({
    ...WHOLE,
    attempts: Array.from({ length: attempts }, () => ({ ...ATTEMPT, message: noise() })),
  });
  const records = [large(50), large(50), large(50), large(50), large(50)];
  assert.deepEqual(recordsOf(packed(records)), records);
  assert.ok(packed(records).length > 1);
  const [record] = recordsOf(packed([large(200)]));
  assert.equal(record?.id, WHOLE.id);
  assert.equal(record?.attempts.length, 8);
});

Deno.test("openBlock() reads values of one JSON text a line, and nothing of what it does not know", () => {
  const lines = openBlock(pack([JSON.stringify(WHOLE), "null", JSON.stringify(call(3))]));
  assert.deepEqual(recordsOf([lines]), [WHOLE, undefined, call(3)]);
  assert.equal(lines.find("req_3")?.id, "req_3");
  const [{ value } = { value: new Uint8Array() }] = packCalls(known([WHOLE, call(3)]));
  const rows = openBlock(
    pack(unpack(value).map((line, index, all) => index === all.length - 1 ? "[7]" : line)),
  );
  assert.deepEqual(recordsOf([rows]), [WHOLE, undefined]);
  assert.deepEqual(rows.find(WHOLE.id), WHOLE);
  assert.equal(rows.find("req_3"), undefined);
});
