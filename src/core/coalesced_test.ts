import assert from "node:assert/strict";
import { coalesced } from "./coalesced.ts";

function gates() {
  const open: (() => void)[] = [];
  return { open, task: () => new Promise<void>((resolve) => open.push(resolve)) };
}

Deno.test("coalesced() runs once more for all who asked during a run", async () => {
  const { open, task } = gates();
  const run = coalesced(task);
  const first = run();
  const later = [run(), run(), run()];
  assert.equal(open.length, 1);
  open[0]?.();
  await first;
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(open.length, 2);
  open[1]?.();
  await Promise.all(later);
  const last = run();
  assert.equal(open.length, 3);
  open[2]?.();
  await last;
});

Deno.test("coalesced() runs again after a run that failed", async () => {
  let runs = 0;
  const run = coalesced(() => ++runs === 1 ? Promise.reject(new Error("away")) : Promise.resolve());
  const [first, second] = await Promise.allSettled([run(), run()]);
  assert.deepEqual([first?.status, second?.status, runs], ["rejected", "fulfilled", 2]);
});
