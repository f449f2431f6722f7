import assert from "node:assert/strict";
import type { Clock } from "../core/mod.ts";
import { HandClock } from "../../tests/support/store_ports.ts";
import { createDeadlines } from "./deadlines.ts";

function pass(clock: HandClock, ms: number): void {
  for (let passed = 0; passed < ms; passed += 50) clock.move(50);
}

Deno.test("createDeadlines() expires after silence, again after a touch, and never when cleared", () => {
  const clock = new HandClock();
  const deadlines = createDeadlines(clock);
  const expired: string[] = [];
  const kept = deadlines.start(1_000, () => expired.push("kept"));
  deadlines.start(500, () => expired.push("short"));
  deadlines.start(700, () => expired.push("cleared")).clear();
  pass(clock, 900);
  kept.touch();
  pass(clock, 900);
  assert.deepEqual(expired, ["short"]);
  pass(clock, 200);
  assert.deepEqual(expired, ["short", "kept"]);
  assert.equal(clock.pending, 0, "an idle process sleeps");
});

Deno.test("createDeadlines() counts time that passes, not what the machine's clock is set to", () => {
  let set = 0;
  const hand = new HandClock();
  const clock = { now: () => hand.now() + set, after: hand.after.bind(hand) };
  const deadlines = createDeadlines(clock);
  let expired = 0;
  deadlines.start(1_000, () => expired++);
  deadlines.start(Infinity, () => expired++).clear();
  set = 7_200_000;
  pass(hand, 500);
  assert.equal(expired, 0, "set forward");
  set = -7_200_000;
  pass(hand, 600);
  assert.equal(expired, 1, "set back");
  deadlines.close();
});

/** A clock that counts the timers that are set. */
function counted() {
  const hand = new HandClock();
  let timers = 0;
  const clock: Clock = {
    now: () => hand.now(),
    after(ms, task) {
      timers++;
      return hand.after(ms, task);
    },
  };
  return { hand, clock, timers: () => timers };
}

Deno.test("createDeadlines() sets few timers, however many calls come and go", () => {
  const { hand, clock, timers } = counted();
  const deadlines = createDeadlines(clock);
  for (let call = 0; call < 50; call++) {
    const watch = deadlines.start(250, () => {});
    hand.move(2);
    watch.clear();
    hand.move(18);
  }
  assert.ok(timers() <= 4, `50 quick calls a second: ${timers()} timers`);
  hand.move(1_000);
  const before = timers();
  const long = deadlines.start(600_000, () => {});
  for (let second = 0; second < 60; second++) hand.move(1_000);
  assert.ok(timers() - before <= 61, `a call that takes a minute: ${timers() - before} timers`);
  long.clear();
  deadlines.close();
});

Deno.test("createDeadlines() looks in time for what comes later and is due sooner", () => {
  const clock = new HandClock();
  const deadlines = createDeadlines(clock);
  const expired: string[] = [];
  const long = deadlines.start(60_000, () => expired.push("long"));
  clock.move(400);
  deadlines.start(100, () => expired.push("short"));
  pass(clock, 150);
  assert.deepEqual(expired, ["short"]);
  pass(clock, 59_400);
  assert.deepEqual(expired, ["short"]);
  pass(clock, 100);
  assert.deepEqual(expired, ["short", "long"]);
  long.clear();
  assert.equal(clock.pending, 0);
});
