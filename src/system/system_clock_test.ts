import assert from "node:assert/strict";
import { createSystemClock } from "./mod.ts";

const START = 1_800_000_000_000;
const HOUR = 3_600_000;

/** A wall that can be set, and time that passes. */
function hands() {
  const at = { wall: START, steady: 0 };
  const clock = createSystemClock(() => at.wall, () => at.steady);
  return {
    clock,
    pass(ms: number) {
      at.wall += ms;
      at.steady += ms;
    },
    set: (ms: number) => void (at.wall += ms),
  };
}

Deno.test("createSystemClock() follows the wall, small corrections and jumps forward at once", () => {
  const { clock, pass, set } = hands();
  assert.equal(clock.now(), START);
  pass(1_000);
  set(-300);
  assert.equal(clock.now(), START + 700);
  set(2 * HOUR);
  assert.equal(clock.now(), START + 700 + 2 * HOUR);
});

Deno.test("createSystemClock() is never set back: a minute lasts about a minute, and in the end it agrees with the wall", () => {
  const { clock, pass, set } = hands();
  set(-2 * HOUR);
  assert.equal(clock.now(), START);
  pass(60_000);
  const minute = clock.now() - START;
  assert.ok(minute >= 54_000 && minute <= 60_000, `${minute} ms`);
  for (let hour = 0; hour < 20; hour++) {
    pass(HOUR);
    clock.now();
  }
  assert.equal(clock.now(), START - 2 * HOUR + 60_000 + 20 * HOUR);
});

Deno.test("createSystemClock() takes a correction of more than a day, and one that takes the former back", () => {
  const { clock, pass, set } = hands();
  set(-48 * HOUR);
  clock.now();
  assert.equal(clock.now(), START - 48 * HOUR);
  set(-HOUR);
  clock.now();
  set(HOUR);
  pass(10);
  assert.equal(clock.now(), START - 48 * HOUR + 10);
});
