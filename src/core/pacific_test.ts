import assert from "node:assert/strict";
import fc from "fast-check";
import { nextPacificMidnight } from "./pacific.ts";

const next = (iso: string) => new Date(nextPacificMidnight(Date.parse(iso))).toISOString();

Deno.test("nextPacificMidnight() follows summer and winter time", () => {
  assert.equal(next("2026-07-01T12:00:00Z"), "2026-07-02T07:00:00.000Z");
  assert.equal(next("2026-01-10T12:00:00Z"), "2026-01-11T08:00:00.000Z");
});

Deno.test("nextPacificMidnight() is right on the days the clocks change", () => {
  assert.equal(next("2026-03-08T08:00:00Z"), "2026-03-09T07:00:00.000Z");
  assert.equal(next("2026-03-08T07:59:59.999Z"), "2026-03-08T08:00:00.000Z");
  assert.equal(next("2026-11-01T07:00:00Z"), "2026-11-02T08:00:00.000Z");
  assert.equal(next("2026-11-01T06:59:59.999Z"), "2026-11-01T07:00:00.000Z");
});

Deno.test("nextPacificMidnight() at midnight gives the following one", () => {
  assert.equal(next("2026-07-02T07:00:00.000Z"), "2026-07-03T07:00:00.000Z");
});

Deno.test("nextPacificMidnight() is within 25 hours, later than now, and the same for all of one day", () => {
  const times = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) });
  fc.assert(fc.property(times, (now) => {
    const midnight = nextPacificMidnight(now);
    assert.ok(midnight > now && midnight - now <= 25 * 3_600_000);
    assert.equal(nextPacificMidnight(midnight - 1), midnight);
    assert.ok(nextPacificMidnight(midnight) > midnight);
  }));
});
