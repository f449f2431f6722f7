import assert from "node:assert/strict";
import { paced } from "./collect_garbage.ts";

Deno.test("paced() acts once for all who ask while it waits, and rests after it", () => {
  let time = 0;
  const waits: { readonly ms: number; readonly then: () => void }[] = [];
  let acts = 0;
  const ask = paced(() => {
    acts++;
    time += 100;
  }, { now: () => time, after: (ms, then) => void waits.push({ ms, then }) });
  for (let turn = 0; turn < 50; turn++) ask();
  assert.deepEqual(waits.map(({ ms }) => ms), [20]);
  waits.shift()!.then();
  assert.equal(acts, 1);
  for (let turn = 0; turn < 50; turn++) ask();
  assert.deepEqual(waits.map(({ ms }) => ms), [500]);
  time += 500;
  waits.shift()!.then();
  assert.equal(acts, 2);
  time += 10_000;
  ask();
  assert.deepEqual(waits.map(({ ms }) => ms), [20]);
});
