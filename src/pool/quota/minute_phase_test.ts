import assert from "node:assert/strict";
import { MinutePhase } from "./prior.ts";

Deno.test("startOf() finds fixed minutes from resets that fall on one moment, across the turn of the minute", () => {
  const phase = new MinutePhase();
  for (const until of [60_010, 119_990, 240_005, 299_995]) phase.note(until);
  const start = phase.startOf(330_000);
  assert.ok(start !== undefined && Math.abs(start - 300_000) < 20, String(start));
});

Deno.test("startOf() knows nothing of sliding windows or of too few resets", () => {
  const few = new MinutePhase();
  few.note(60_000);
  assert.equal(few.startOf(90_000), undefined);
  const sliding = new MinutePhase();
  for (const until of [61_000, 135_000, 188_000, 250_000]) sliding.note(until);
  assert.equal(sliding.startOf(300_000), undefined);
});
