import type { ModelRow } from "../shared/views.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { runwayOf } from "./model_board.tsx";

const NOW = 1_700_000_000_000;

function row(left: number | null, perMinute: number, more: Partial<ModelRow> = {}): ModelRow {
  return {
    model: "m",
    state: "open",
    reason: null,
    until: null,
    fallback: null,
    keys: { able: 1, total: 1 },
    projects: { open: 1, total: 1 },
    day: {
      used: 10,
      limit: left === null ? null : left + 10,
      left,
      resetsAt: new Date(NOW + 3_600_000).toISOString(),
      unknownProjects: 0,
      published: null,
    },
    minute: null,
    perMinute,
    exhaustedAt: null,
    running: 0,
    waiting: 0,
    ...more,
  };
}

Deno.test("runwayOf() says nothing where a limit is not known", () => {
  assert.equal(runwayOf(row(null, 5), NOW), undefined);
  assert.equal(runwayOf(row(5, 5, { day: null }), NOW), undefined);
});

Deno.test("runwayOf() lasts until the reset when idle, and has run out when nothing is left", () => {
  assert.deepEqual(runwayOf(row(5, 0), NOW), { from: NOW, to: NOW + 3_600_000 });
  assert.equal(runwayOf(row(0, 5), NOW)?.early, NOW);
});

Deno.test("runwayOf() keeps its band in order and within the day, around the plain forecast", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0.1, max: 1_000, noNaN: true }),
      (left, rate) => {
        const runway = runwayOf(row(left, rate), NOW);
        assert.ok(runway !== undefined);
        if (runway.early === undefined || runway.late === undefined) return;
        assert.ok(runway.from <= runway.early && runway.early <= runway.late && runway.late <= runway.to);
        const plain = NOW + left / rate * 60_000;
        assert.ok(runway.early <= plain && (plain <= runway.late || runway.late === runway.to));
      },
    ),
  );
});
