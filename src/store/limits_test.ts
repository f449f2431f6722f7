import assert from "node:assert/strict";
import {
  CHECKS_PER_COMMIT,
  COMMIT_BYTES,
  KEY_BYTES,
  KEYS_PER_READ,
  MUTATIONS_PER_COMMIT,
  PART_BYTES,
  VALUE_BYTES,
} from "./limits.ts";
import { NAME_LENGTH } from "../state/mod.ts";

async function withKv(work: (kv: Deno.Kv) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  try {
    await work(kv);
  } finally {
    kv.close();
  }
}

/** The serialised form adds a few bytes to the content. */
const ENVELOPE = 64;

Deno.test("Deno KV takes values, keys and commits up to the limits and not beyond", () =>
  withKv(async (kv) => {
    await kv.set(["v"], new Uint8Array(VALUE_BYTES - ENVELOPE));
    await assert.rejects(kv.set(["v"], new Uint8Array(VALUE_BYTES + 1)), TypeError);
    await kv.set(["k".repeat(KEY_BYTES - ENVELOPE)], 1);
    await assert.rejects(kv.set(["k".repeat(KEY_BYTES + 1)], 1), TypeError);
    const many = kv.atomic();
    for (let index = 0; index < MUTATIONS_PER_COMMIT; index++) many.set(["m", index], 1);
    assert.equal((await many.commit()).ok, true);
    await assert.rejects(many.set(["m", -1], 1).commit(), TypeError);
    const large = kv.atomic();
    for (let size = 0; size + PART_BYTES < COMMIT_BYTES; size += PART_BYTES) {
      large.set(["l", size], new Uint8Array(PART_BYTES));
    }
    assert.equal((await large.commit()).ok, true);
    const tooLarge = large.set(["l", -1], new Uint8Array(PART_BYTES)).set(
      ["l", -2],
      new Uint8Array(PART_BYTES),
    );
    await assert.rejects(tooLarge.commit(), TypeError);
  }));

Deno.test("Deno KV takes as many checks and keys at once as the limits say", () =>
  withKv(async (kv) => {
    const commit = kv.atomic().set(["x"], 1);
    for (let index = 0; index < CHECKS_PER_COMMIT; index++) {
      commit.check({ key: ["c", index], versionstamp: null });
    }
    assert.equal((await commit.commit()).ok, true);
    const keys = Array.from({ length: KEYS_PER_READ }, (_, index) => ["c", index]);
    assert.equal((await kv.getMany<unknown[]>(keys)).length, KEYS_PER_READ);
    await assert.rejects(kv.getMany<unknown[]>([...keys, ["c", -1]]), TypeError);
  }));

Deno.test("what this room writes stays under the limits of a value and a key", () => {
  assert.ok(PART_BYTES + 1024 <= VALUE_BYTES);
  assert.ok(NAME_LENGTH * 4 + 256 <= KEY_BYTES);
});
