import assert from "node:assert/strict";
import { Bucket } from "./bucket.ts";
import { learnFromSuccess, learnRequests } from "./learning.ts";
import { Prior } from "./prior.ts";
import { MINUTE } from "../tuning.ts";

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

/** A call that Google answered with a fault of its own. */
function faulty(bucket: Bucket, at: number): void {
  const sent = bucket.window.add(at, 1);
  sent.doubtful = true;
  bucket.window.release(sent);
}

Deno.test("learnRequests() sees that faults are free when more of them came than the limit allows", () => {
  const bucket = bucketOf();
  for (let i = 0; i < 20; i++) faulty(bucket, START + i);
  for (let i = 0; i < 4; i++) bucket.window.add(START + 100 + i, 1);
  const { explained } = refused(bucket, START + 10_000, 10);
  assert.equal(bucket.prior.faults, "free");
  assert.equal(explained, false, "four served calls do not use ten up: somebody else does");
  assert.equal(bucket.soft, 4);
});

Deno.test("learnRequests() takes faults to count when only with them the limit is used up", () => {
  const bucket = bucketOf();
  for (let i = 0; i < 5; i++) faulty(bucket, START + i);
  for (let i = 0; i < 5; i++) bucket.window.add(START + 100 + i, 1);
  assert.equal(refused(bucket, START + 10_000, 10).explained, true);
  assert.equal(bucket.prior.faults, "counted");
});

Deno.test("learnFromSuccess() proves nothing about a limit by a call that was sent before it was stated", () => {
  const bucket = bucketOf();
  const early = Array.from({ length: 8 }, (_, i) => bucket.window.add(START + i, 1));
  refused(bucket, START + 5_000, 5);
  for (const sent of early) assert.equal(learnFromSuccess(bucket, sent, false, START + 6_000), false);
  assert.equal(bucket.rpm?.value, 5);
});

Deno.test("foundRoom() makes the next step beyond a soft limit come sooner while calls wait, a refusal later again", () => {
  const bucket = bucketOf();
  refused(bucket, START, 10);
  const before = bucket.softStep;
  bucket.raiseSoft(START + 10 * MINUTE);
  bucket.foundRoom(bucket.soft, START + 10 * MINUTE);
  assert.equal(bucket.softStep, before, "nobody waits");
  bucket.prior.press(false, START + 10 * MINUTE);
  bucket.foundRoom(1, START + 10 * MINUTE);
  assert.equal(bucket.softStep, before, "what was ours already proves nothing");
  bucket.foundRoom(bucket.soft, START + 10 * MINUTE);
  assert.equal(bucket.softStep, before / 2);
  refused(bucket, START + 20 * MINUTE, 10);
  assert.equal(bucket.softStep, before * 2);
});
