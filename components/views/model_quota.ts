import type { BucketLimitView, BucketRow } from "../data/views.ts";
import { limitLeft } from "./limit_left.ts";

/** What is left of one model over all its buckets. Unknown stays unknown: it is not zero, and not added up. */
export interface ModelQuota {
  readonly model: string;
  readonly kind: BucketLimitView["kind"] | "none";
  readonly used: number;
  readonly limit?: number;
  readonly left?: number;
  readonly resetsAt?: number;
  readonly origin: BucketLimitView["origin"];
  readonly asOf?: number;
  readonly emptyAt?: number;
  readonly buckets: number;
  readonly unknown: number;
  /** Of the unknown, those that do not cool: they may serve on when the known ones are used up. */
  readonly open: number;
  readonly cooling: number;
  /** The first instant at which a cooling bucket serves again. */
  readonly freeAt?: number;
}

/** The limit that binds longest tells most: the day's before the minute's. */
const ORDER: readonly BucketLimitView["kind"][] = [
  "requests_per_day",
  "remaining_fraction",
  "requests_per_minute",
  "tokens_per_minute",
];

function leading(buckets: readonly BucketRow[]): BucketLimitView["kind"] | "none" {
  const known = new Set(
    buckets.flatMap((bucket) => bucket.limits).filter(isKnown).map((limit) => limit.kind),
  );
  const any = new Set(buckets.flatMap((bucket) => bucket.limits).map((limit) => limit.kind));
  return ORDER.find((kind) => known.has(kind)) ?? ORDER.find((kind) => any.has(kind)) ?? "none";
}

function isKnown(limit: BucketLimitView): boolean {
  return limit.limit !== undefined || limit.left !== undefined;
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}

function earliest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function quotaOf(model: string, buckets: readonly BucketRow[], now: number): ModelQuota {
  const kind = leading(buckets);
  const limits = buckets.flatMap((bucket) => bucket.limits.filter((limit) => limit.kind === kind));
  const known = limits.filter(isKnown);
  const isCooling = (bucket: BucketRow) => (bucket.coolingUntil ?? 0) > now;
  const cooling = buckets.filter(isCooling);
  const told = new Set(known);
  const unknown = buckets.filter((bucket) => !bucket.limits.some((limit) => told.has(limit)));
  const optional = {
    limit: sum(known.map((limit) => limit.limit)),
    left: sum(limits.map(limitLeft)),
    resetsAt: earliest(limits.map((limit) => limit.resetsAt)),
    asOf: earliest(known.map((limit) => limit.asOf)),
    emptyAt: earliest(buckets.map((bucket) => bucket.emptyAt)),
    freeAt: earliest(cooling.map((bucket) => bucket.coolingUntil)),
  };
  return {
    model,
    kind,
    used: sum(limits.map((limit) => limit.used)) ?? 0,
    origin: known[0]?.origin ?? "unknown",
    buckets: buckets.length,
    unknown: unknown.length,
    open: unknown.filter((bucket) => !isCooling(bucket)).length,
    cooling: cooling.length,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

/** Nothing to tell of a model that was never asked and has no known limit. */
function isTelling({ used, left, cooling }: ModelQuota): boolean {
  return used > 0 || left !== undefined || cooling > 0;
}

/** One row a model: the one that is nearest its end first, unknown ones last, those with the most use first. */
export function modelQuotas(buckets: readonly BucketRow[], now: number): readonly ModelQuota[] {
  const byModel = Map.groupBy(buckets, (bucket) => bucket.model);
  const rows = [...byModel].map(([model, rows]) => quotaOf(model, rows, now)).filter(isTelling);
  return rows.sort((a, b) => leftShare(a) - leftShare(b) || b.used - a.used || (a.model < b.model ? -1 : 1));
}

/** 0..1; 2 when nobody knows, so that it sorts last: without a limit, or while a project of unknown limit serves on. */
export function leftShare({ kind, left, limit, open }: ModelQuota): number {
  if (left === undefined || open > 0) return 2;
  if (kind === "remaining_fraction") return limit === undefined ? Math.min(1, left) : left / limit;
  return limit === undefined || limit === 0 ? 2 : left / limit;
}
