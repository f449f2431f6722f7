import assert from "node:assert/strict";
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
