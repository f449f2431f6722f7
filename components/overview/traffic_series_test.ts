import { freshCall } from "./read_overview.ts";
import assert from "node:assert/strict";
import type { RequestId } from "../../src/core/ids.ts";
import { advance, emptySeries, niceMax, STEP_MS, STEPS } from "./traffic_series.ts";

const NOW = 1_700_000_000_000;

function call(outcome: "ok" | "failed" | "cancelled", endedAgo: number, tokens = 10) {
  return freshCall({
    id: `r${endedAgo}` as RequestId,
    at: NOW - endedAgo - 500,
    totalMs: 500,
    outcome,
    model: "m",
    tokens,
    agent: "",
    attempts: [],
  });
}

Deno.test("advance() counts calls at their end and forgets what is too old", () => {
  const first = advance(emptySeries(NOW), [
    call("ok", 0),
    call("failed", STEP_MS),
    call("ok", STEP_MS * STEPS),
  ], NOW);
  assert.equal(first.length, STEPS);
  const [earlier, last] = first.slice(-2);
  assert.deepEqual([last?.ok, last?.failed, last?.tokens], [1, 0, 10]);
  assert.deepEqual([earlier?.ok, earlier?.failed], [0, 1]);
  const later = advance(first, [], NOW + STEP_MS * 3);
  assert.equal(later.at(-4)?.ok, 1);
  assert.equal(later.reduce((sum, point) => sum + point.ok + point.failed, 0), 2);
});

Deno.test("niceMax() rounds up to 1, 2 or 5 times a power of ten, and is never tiny", () => {
  assert.deepEqual([0, 4, 5, 7, 11, 33, 99, 101].map(niceMax), [4, 4, 5, 10, 20, 50, 100, 200]);
});
