import assert from "node:assert/strict";
import type { BucketLimitView, BucketRow } from "../data/views.ts";
import { leftShare, modelQuotas } from "./model_quota.ts";

const NOW = 1_000_000;

function limit(more: Partial<BucketLimitView>): BucketLimitView {
  return { kind: "requests_per_day", used: 0, origin: "learned", ...more };
}

function bucket(model: string, limits: readonly BucketLimitView[], more: Partial<BucketRow> = {}): BucketRow {
  return {
    id: `${model}-${Math.abs(limits.length)}`,
    project: "p",
    projectKind: "told",
    model,
    source: "api_key",
    credentials: [],
    limits,
    coolingReason: "",
    ...more,
  };
}

Deno.test("modelQuotas() adds up what is known and tells how much is not", () => {
  const [row] = modelQuotas([
    bucket("m", [limit({ limit: 100, left: 40, used: 60, resetsAt: NOW + 9 })]),
    bucket("m", [limit({ limit: 100, used: 10, resetsAt: NOW + 5 })]),
    bucket("m", [limit({ used: 7 })]),
  ], NOW);
  assert.deepEqual([row?.left, row?.limit, row?.used, row?.unknown, row?.resetsAt], [
    130,
    200,
    77,
    1,
    NOW + 5,
  ]);
});

Deno.test("modelQuotas() counts nothing left where a bucket rests for the day", () => {
  const spent = bucket("m", [limit({ limit: 100, left: 0 })], { coolingUntil: NOW + 3_600_000 });
  const [row] = modelQuotas([spent], NOW);
  assert.deepEqual([row?.left, row?.cooling, row?.freeAt], [0, 1, NOW + 3_600_000]);
});

Deno.test("modelQuotas() keeps unknown apart from zero, and puts what ends first first", () => {
  const rows = modelQuotas([
    bucket("unknown", [limit({ used: 3 })]),
    bucket("plenty", [limit({ limit: 10, left: 9 })]),
    bucket("short", [limit({ limit: 10, left: 1 })]),
    bucket("never asked", [limit({})]),
  ], NOW);
  assert.deepEqual(rows.map((row) => row.model), ["short", "plenty", "unknown"]);
  assert.deepEqual(rows.map(leftShare), [0.1, 0.9, 2]);
});

Deno.test("leftShare() does not call a model used up while a project of unknown limit serves on", () => {
  const spent = bucket("m", [limit({ limit: 1_000, left: 0 })], { coolingUntil: NOW + 5 });
  const unknown = bucket("m", [limit({ used: 12 })]);
  const [serving] = modelQuotas([spent, unknown], NOW);
  assert.deepEqual([serving?.left, serving?.open, leftShare(serving!)], [0, 1, 2]);
  const [resting] = modelQuotas([spent, { ...unknown, coolingUntil: NOW + 5 }], NOW);
  assert.deepEqual([resting?.unknown, resting?.open, leftShare(resting!)], [1, 0, 0]);
});
