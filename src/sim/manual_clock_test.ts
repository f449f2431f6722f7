import assert from "node:assert/strict";
import { createManualClock } from "./manual_clock.ts";

Deno.test("createManualClock() fires timers in the order of their time and shows that time while they run", async () => {
  const clock = createManualClock(1000);
  const seen: string[] = [];
  clock.after(300, () => seen.push(`late ${clock.now()}`));
  clock.after(100, () => seen.push(`early ${clock.now()}`));
  clock.after(100, () => seen.push(`second ${clock.now()}`));
  assert.equal(clock.nextTimerAt(), 1100);
  await clock.advance(300);
  assert.deepEqual(seen, ["early 1100", "second 1100", "late 1300"]);
  assert.equal(clock.nextTimerAt(), undefined);
});

Deno.test("advance() lets async work set timers that fall due in the same move", async () => {
  const clock = createManualClock(0);
  const seen: number[] = [];
  async function work(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      await new Promise<void>((done) => clock.after(10, done));
      seen.push(clock.now());
    }
  }
  const done = work();
  await clock.advance(30);
  await done;
  assert.deepEqual(seen, [10, 20, 30]);
});

Deno.test("after() returns a function that cancels the timer", async () => {
  const clock = createManualClock(0);
  let fired = false;
  clock.after(5, () => fired = true)();
  await clock.advance(10);
  assert.equal(fired, false);
  assert.equal(clock.now(), 10);
});
