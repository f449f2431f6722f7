import type { BucketLimitView, BucketView } from "../pool/contract.ts";
import { ok, redact } from "../core/mod.ts";
import type { AdminDeps, Outcome } from "./admin_deps.ts";
import { pageOf, type PageQuery } from "./list_keys.ts";

export interface BucketForecast {
  /** Requests, or tokens, a minute over the last ten minutes. */
  readonly perMinute: number;
  /** ISO 8601; null when it resets before it is used up, or nothing is used. */
  readonly exhaustedAt: string | null;
}

export interface BucketLimitReport extends BucketLimitView {
  /** Milliseconds since the number was last confirmed; null while unknown. */
  readonly ageMs: number | null;
  readonly forecast: BucketForecast;
}

export interface BucketReport extends Omit<BucketView, "limits"> {
  readonly limits: readonly BucketLimitReport[];
}

/** The current rate is measured over so many minutes. */
const RATE_MINUTES = 10;

/**
 * Every bucket with its numbers, their age and origin, and the time at which it will be used up at the current
 * rate.
 */
export function bucketReports(deps: AdminDeps): Promise<readonly BucketReport[]> {
  return reportsOf(deps, deps.pool.view().buckets);
}

/** A page of bucket reports, optionally of one model or quota group. */
export async function bucketPage(
  deps: AdminDeps,
  { model, ...page }: PageQuery & { readonly model?: string },
): Promise<Outcome<{ readonly items: readonly BucketReport[]; readonly next: string | null }>> {
  const { buckets } = deps.pool.view();
  const wanted = model === undefined ? buckets : buckets.filter((bucket) => bucket.model === model);
  const found = pageOf(wanted, page, ({ id }) => id);
  if (!found.ok) return found;
  const { items, next } = found.value;
  return ok({ items: await reportsOf(deps, items), next });
}

async function reportsOf(
  deps: AdminDeps,
  buckets: readonly BucketView[],
): Promise<readonly BucketReport[]> {
  const now = deps.ports.clock.now();
  const recent = await deps.ledger.totals({
    grain: "minute",
    dim: "bucket",
    from: now - RATE_MINUTES * 60_000,
    to: now,
  });
  return buckets.map((bucket) => {
    const cell = recent.get(bucket.id);
    const requests = (cell?.requests ?? 0) / RATE_MINUTES;
    const tokens = (cell?.promptTokens ?? 0) / RATE_MINUTES;
    return {
      ...bucket,
      ...(bucket.coolingReason === undefined ? {} : { coolingReason: redact(bucket.coolingReason) }),
      limits: bucket.limits.map((limit) => ({
        ...limit,
        ageMs: limit.asOf === undefined ? null : Math.max(0, now - limit.asOf),
        forecast: forecast(limit, limit.kind === "tokens_per_minute" ? tokens : requests, now),
      })),
    };
  });
}

/** Predicts when a limit is used up at the current rate; undefined when it resets first or is used up already. */
function forecast(limit: BucketLimitView, perMinute: number, now: number): BucketForecast {
  const rounded = Math.round(perMinute * 100) / 100;
  const never = { perMinute: rounded, exhaustedAt: null };
  if (limit.left === undefined || perMinute <= 0) return never;
  if (limit.left <= 0) return never;
  if (limit.kind === "remaining_fraction") return never;
  const at = now + limit.left / perMinute * 60_000;
  const minuteLimit = limit.kind !== "requests_per_day";
  // Only a rate above it uses up a minute's limit, as its window is a sliding one.
  if (minuteLimit && limit.limit !== undefined && perMinute <= limit.limit) return never;
  if (limit.resetsAt !== undefined && at >= limit.resetsAt) return never;
  return { perMinute: rounded, exhaustedAt: new Date(at).toISOString() };
}
