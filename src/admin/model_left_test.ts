import assert from "node:assert/strict";
import type { BucketLimitView, BucketView } from "../pool/contract.ts";
import { modelsLeft } from "./quota_summary.ts";

const NOW = 1_000_000;

function bucket(id: string, limits: readonly BucketLimitView[], more: Partial<BucketView> = {}): BucketView {
  return {
    id,
    project: id,
    projectKind: "told",
    model: "m",
    source: "api_key",
    credentials: [],
    limits,
    ...more,
  };
}

Deno.test("modelsLeft() adds up what is known and counts the projects of which nothing is", () => {
  const day = (more: Partial<BucketLimitView>): BucketLimitView => ({
    kind: "requests_per_day",
    used: 0,
    origin: "learned",
    ...more,
  });
  const [row] = modelsLeft([
    bucket("spent", [day({ limit: 2_000, left: 0, resetsAt: NOW + 5_000 })], { coolingUntil: NOW + 5_000 }),
    bucket("unknown", [day({ origin: "unknown" })]),
    bucket("unseen", []),
  ], NOW);
  assert.deepEqual(row, {
    model: "m",
    kind: "requests_per_day",
    left: 0,
    limit: 2_000,
    knownProjects: 1,
    unknownProjects: 2,
    coolingProjects: 1,
    resetsAt: new Date(NOW + 5_000).toISOString(),
  });
});

Deno.test("modelsLeft() says null and not zero while no limit is known", () => {
  const [row] = modelsLeft(
    [bucket("one", [{ kind: "requests_per_minute", used: 3, origin: "unknown" }])],
    NOW,
  );
  assert.deepEqual([row?.kind, row?.left, row?.limit, row?.unknownProjects], [null, null, null, 1]);
});
