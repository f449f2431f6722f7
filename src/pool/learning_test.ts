import assert from "node:assert/strict";
import { Bucket } from "./bucket.ts";
import { learnRequests } from "./learning.ts";
import { Prior } from "./prior.ts";
import { MINUTE } from "./tuning.ts";

const START = Date.UTC(2026, 5, 1, 12);

function bucketOf(): Bucket {
  const bucket = new Bucket(
    { id: "b", project: "p", projectKind: "key", source: "api_key", unit: "m" },
    new Prior(),
  );
  bucket.refresh(START);
  return bucket;
}

/** A call that Google refused for a limit of `value` a minute. */
function refused(bucket: Bucket, at: number, value: number) {
  bucket.refresh(at);
  const sent = bucket.window.add(at, 1);
  bucket.window.cancel(sent);
  return learnRequests(bucket, { kind: "requests_per_minute", value }, sent, false, at);
}

Deno.test("learnRequests() paces below one call a minute where others use a small limit up", () => {
  const bucket = bucketOf();
  assert.equal(refused(bucket, START, 2).explained, false);
  assert.deepEqual([bucket.soft, bucket.slow], [1, 0]);
  refused(bucket, START + 2 * MINUTE, 2);
  assert.equal(bucket.slow, 0.5);
  bucket.refresh(START + 3 * MINUTE);
  assert.deepEqual([bucket.state, bucket.until], ["closed", START + 3.5 * MINUTE]);
  bucket.refresh(START + 3.5 * MINUTE);
  assert.equal(bucket.state, "open");
});

Deno.test("learnRequests() takes one missing request of a small limit for somebody else's", () => {
  const bucket = bucketOf();
  bucket.window.add(START + 1_000, 1);
  assert.equal(refused(bucket, START + 10_000, 2).explained, false);
  const large = bucketOf();
  for (let i = 0; i < 9; i++) large.window.add(START + 1_000 + i, 1);
  assert.equal(refused(large, START + 10_000, 10).explained, true);
});
