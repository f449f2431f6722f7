import type { BucketLimitView } from "../../src/pool/contract.ts";
import { count, type Fields, fields, given, list, maybeCount, text, texts, time } from "./fields.ts";
import type { BucketRow, CapRow, CapsView } from "./views.ts";

function limitRow(value: unknown): BucketLimitView {
  const row = fields(value);
  return {
    kind: text(row["kind"]) as BucketLimitView["kind"],
    used: count(row["used"]),
    origin: text(row["origin"], "unknown") as BucketLimitView["origin"],
    ...given({
      limit: maybeCount(row["limit"]),
      left: maybeCount(row["left"]),
      resetsAt: time(row["resetsAt"]),
      asOf: time(row["asOf"]),
    }),
  };
}

/** When the first of the limits will be used up, by the API's forecast for each. */
function emptyAt(limits: readonly unknown[]): number | undefined {
  const times = limits.map((limit) => time(fields(fields(limit)["forecast"])["exhaustedAt"]));
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function bucketRow(value: unknown): BucketRow {
  const row = fields(value);
  return {
    id: text(row["id"]),
    project: text(row["project"]),
    projectKind: text(row["projectKind"]),
    model: text(row["model"]),
    source: text(row["source"]),
    credentials: texts(row["credentials"]),
    limits: list(row["limits"]).map(limitRow),
    coolingReason: text(row["coolingReason"]),
    ...given({ coolingUntil: time(row["coolingUntil"]), emptyAt: emptyAt(list(row["limits"])) }),
  };
}

/** GET /api/buckets. */
export function bucketRows(answer: unknown): readonly BucketRow[] {
  return list(answer, "buckets", "items").map(bucketRow);
}

function capRow(value: unknown, progress: ReadonlyMap<string, Fields>): CapRow {
  const row = fields(value);
  const model = text(row["model"]);
  const now = progress.get(model) ?? {};
  return {
    model,
    limit: count(row["limit"]),
    unit: text(row["unit"], "requests"),
    period: text(row["period"], "daily"),
    alertThreshold: count(row["alertThreshold"], 80),
    action: text(row["action"], "try_next"),
    enabled: row["enabled"] !== false,
    ...given({
      updatedAt: maybeCount(row["updatedAt"]),
      current: maybeCount(now["current"]),
      nextReset: time(now["nextReset"]),
    }),
  };
}

/** GET /api/stats/caps joined with GET /api/stats/caps/progress. */
export function capsView(config: unknown, progress: unknown): CapsView {
  const rows = list(progress, "progress", "items").map(fields);
  const byModel = new Map(rows.map((row) => [text(row["model"]), row]));
  const head = fields(config);
  return {
    caps: list(config, "caps").map((cap) => capRow(cap, byModel)),
    resetTime: text(head["resetTime"], "00:00"),
    timezone: text(head["timezone"], "local"),
  };
}
