import type { Credential, CredentialId } from "../core/mod.ts";
import { PERIOD_MS } from "../ledger/mod.ts";
import type { BucketLimitView, BucketView } from "../pool/contract.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { publishedLimit } from "./quota_board.ts";

const HOURS = 24;

/** The daily limit of a key that is used most. */
export interface KeyDay {
  /** Model or quota group. */
  readonly model: string;
  readonly used: number;
  readonly limit: number;
  /** True when the limit is the one published for its tier; Google has not stated the project's own. */
  readonly published: boolean;
  /** ISO 8601; null while it is not known. */
  readonly resetsAt: string | null;
}

export interface KeyActivity {
  readonly id: string;
  /** Calls of each hour, the oldest first; the last hour is the current one. */
  readonly requests: readonly number[];
  readonly errors: readonly number[];
  /** Attempts that failed here while their call went on, at this key or another; in no other count. */
  readonly retried: readonly number[];
  readonly day: KeyDay | null;
}

export interface ActivityView {
  /** Start of the first hour. */
  readonly since: number;
  readonly stepMs: number;
  readonly items: readonly KeyActivity[];
}

/** Activity of the named keys in the last 24 hours and the use of their daily limits; unknown keys are left out. */
export async function keyActivity(deps: AdminDeps, ids: readonly string[]): Promise<ActivityView> {
  const stepMs = PERIOD_MS.hour;
  const now = deps.ports.clock.now();
  const since = Math.floor(now / stepMs) * stepMs - (HOURS - 1) * stepMs;
  const points = await deps.ledger.series({ grain: "hour", dim: "key", from: since, to: now });
  const wanted = new Set(ids);
  const credentials = deps.store.config.current().credentials.filter(({ id }) => wanted.has(id));
  const days = daysOf(deps, credentials);
  const rows = new Map(credentials.map(({ id }): [string, Row] => [id, {
    requests: Array.from({ length: HOURS }, () => 0),
    errors: Array.from({ length: HOURS }, () => 0),
    retried: Array.from({ length: HOURS }, () => 0),
  }]));
  for (const { time, cells } of points) {
    const hour = Math.round((time - since) / stepMs);
    if (hour < 0 || hour >= HOURS) continue;
    for (const [id, row] of rows) {
      const cell = cells.get(id);
      if (cell === undefined) continue;
      row.requests[hour] = cell.requests;
      row.errors[hour] = cell.failed;
      row.retried[hour] = cell.retried;
    }
  }
  return {
    since,
    stepMs,
    items: credentials.map(({ id }) => ({ id, ...rows.get(id)!, day: days.get(id) ?? null })),
  };
}

interface Row {
  readonly requests: number[];
  readonly errors: number[];
  readonly retried: number[];
}

/** For each key the daily limit that is used most; published limits where none is known. */
function daysOf(
  { pool }: AdminDeps,
  credentials: readonly Credential[],
): ReadonlyMap<CredentialId, KeyDay> {
  const tiers = new Map(credentials.map(({ id, tier }) => [id, tier]));
  const days = new Map<CredentialId, KeyDay>();
  for (const bucket of pool.view().buckets) {
    const limit = bucket.limits.find(({ kind }) => kind === "requests_per_day");
    if (limit === undefined) continue;
    for (const id of bucket.credentials) {
      if (!tiers.has(id)) continue;
      const day = dayOf(bucket, limit, tiers.get(id));
      const known = days.get(id);
      if (day !== undefined && (known === undefined || shareOf(day) > shareOf(known))) days.set(id, day);
    }
  }
  return days;
}

function dayOf(
  bucket: BucketView,
  { limit: stated, used: counted, left, resetsAt }: BucketLimitView,
  tier: Credential["tier"] | undefined,
): KeyDay | undefined {
  const limit = stated ?? publishedLimit(bucket, tier, "requests_per_day")?.limit;
  if (limit === undefined || limit <= 0) return undefined;
  // The rest that Google states counts more than our own count: others may use the project too.
  const used = left === 0 ? limit : stated !== undefined && left !== undefined ? stated - left : counted;
  if (stated === undefined && used === 0) return undefined;
  return {
    model: bucket.model,
    used,
    limit,
    published: stated === undefined,
    resetsAt: resetsAt === undefined ? null : new Date(resetsAt).toISOString(),
  };
}

function shareOf({ used, limit }: KeyDay): number {
  return used / limit;
}
