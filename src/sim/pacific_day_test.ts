import assert from "node:assert/strict";
import { nextPacificMidnight, pacificDayStart } from "./quota.ts";

const HOUR_MS = 3_600_000;

Deno.test("nextPacificMidnight() is 08:00 UTC in winter and 07:00 UTC in summer", () => {
  assert.equal(nextPacificMidnight(Date.UTC(2026, 0, 15, 12)), Date.UTC(2026, 0, 16, 8));
  assert.equal(nextPacificMidnight(Date.UTC(2026, 6, 15, 12)), Date.UTC(2026, 6, 16, 7));
});

Deno.test("nextPacificMidnight() at midnight itself is the following one", () => {
  const midnight = Date.UTC(2026, 0, 16, 8);
  assert.equal(nextPacificMidnight(midnight), midnight + 24 * HOUR_MS);
  assert.equal(nextPacificMidnight(midnight - 1), midnight);
});

Deno.test("a day in which the clocks go forward has 23 hours, and one in which they go back 25", () => {
  const spring = pacificDayStart(Date.UTC(2026, 2, 8, 20));
  assert.equal(spring, Date.UTC(2026, 2, 8, 8));
  assert.equal(nextPacificMidnight(spring) - spring, 23 * HOUR_MS);
  const autumn = pacificDayStart(Date.UTC(2026, 10, 1, 20));
  assert.equal(autumn, Date.UTC(2026, 10, 1, 7));
  assert.equal(nextPacificMidnight(autumn) - autumn, 25 * HOUR_MS);
});

Deno.test("pacificDayStart() is the same for every hour of a long day", () => {
  const start = Date.UTC(2026, 10, 1, 7);
  for (let hour = 0; hour < 25; hour++) assert.equal(pacificDayStart(start + hour * HOUR_MS), start);
  assert.equal(pacificDayStart(start + 25 * HOUR_MS), start + 25 * HOUR_MS);
});
