import { type Cell, emptyCell, PERIOD_MS, type SeriesPoint } from "../ledger/mod.ts";
import type { ModelOverview, Overview, SpanFigures } from "../management/contract.ts";
import type { Tier } from "../core/mod.ts";
import type { BucketView } from "../pool/contract.ts";
import type { AdminDeps, InFlightCall } from "./admin_deps.ts";
import { capProgress } from "./cap_progress.ts";
import { keyStandings } from "./list_keys.ts";
import { problemsOf } from "./overview_problems.ts";
import { publishedLimit } from "./quota_board.ts";
import type { KeyStanding, KeyStatus } from "./safe_key.ts";
import { isoOf, type Standings, standingsOf, troubleOf } from "./verdict.ts";

/** The current rate is measured over so many minutes. */
const RATE_MINUTES = 10;

/** The overview: the state of the proxy as all screens show it. */
export async function overviewOf(deps: AdminDeps): Promise<Overview> {
  const { ledger, pool, ports, catalog } = deps;
  const now = ports.clock.now();
  const hour = { from: now - 59 * PERIOD_MS.minute, to: now };
  const recent = { grain: "minute", from: now - RATE_MINUTES * PERIOD_MS.minute, to: now } as const;
  const [totals, today, classes, models, buckets] = await Promise.all([
    ledger.series({ grain: "minute", dim: "total", ...hour }),
    ledger.totals({ grain: "day", dim: "total", from: now, to: now }),
    ledger.totals({ grain: "minute", dim: "class", ...hour }),
    ledger.totals({ grain: "day", dim: "model", from: now, to: now }),
    ledger.totals({ ...recent, dim: "bucket" }),
  ]);
  const view = pool.view();
  const keys = keyStandings(deps, view);
  const { verdict, models: standings } = standingsOf(deps, keys);
  const calls = deps.calls.list();
  const tiers = new Map(keys.map(({ credential }) => [credential.id, credential.tier]));
  const usable = new Set(
    keys.filter(({ status }) => status === "active" || status === "cooldown")
      .map(({ credential }) => credential.id),
  );
  const byUnit = Map.groupBy(view.buckets, (bucket) => bucket.model);
  const rows = standings.map((standing) => {
    const group = catalog.groupOf(standing.model);
    const own = byUnit.get(group === undefined ? standing.model : `group:${group}`) ?? [];
    return modelOverview(standing, own, { tiers, usable, recent: buckets, calls, now });
  });
  const shown = rows.filter((row) =>
    row.state !== "open" && row.state !== "unavailable" || models.has(row.model) || row.day !== null
  );
  const thisMinute = Math.floor(now / PERIOD_MS.minute) * PERIOD_MS.minute;
  const hourCell = sumOf(totals);
  return {
    at: new Date(now).toISOString(),
    version: deps.version,
    startedAt: new Date(deps.startedAt).toISOString(),
    verdict,
    models: shown.sort(worstFirst),
    otherModels: rows.length - shown.length,
    keys: keyCounts(keys),
    calls: callCounts(calls, view.queue),
    minute: figures(
      sumOf(totals.filter(({ time }) => time === thisMinute - PERIOD_MS.minute)),
      thisMinute - PERIOD_MS.minute,
      thisMinute,
    ),
    hour: figures(hourCell, hour.from, now),
    today: figures(today.get("total") ?? emptyCell(), startOfDay(now), now),
    failures: failuresOf(classes, hourCell),
    problems: problemsOf(verdict, standings, {
      trouble: troubleOf(deps),
      keys,
      caps: capProgress(deps),
      calls,
    }, now),
  };
}

function startOfDay(now: number): number {
  return Math.floor(now / PERIOD_MS.day) * PERIOD_MS.day;
}

function sumOf(
  points: readonly SeriesPoint[],
): Pick<Cell, "ok" | "failed" | "cancelled" | "refused" | "totalTokens"> {
  const sum = emptyCell();
  for (const { cells } of points) {
    const cell = cells.get("total");
    if (cell === undefined) continue;
    for (const field of ["ok", "failed", "cancelled", "refused", "totalTokens"] as const) {
      sum[field] += cell[field];
    }
  }
  return sum;
}

function figures(cell: ReturnType<typeof sumOf>, from: number, to: number): SpanFigures {
  const { ok, failed, cancelled, refused, totalTokens: tokens } = cell;
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    requests: ok + failed + cancelled,
    ok,
    failed,
    cancelled,
    refused,
    failureRate: ok + failed === 0 ? null : failed / (ok + failed),
    tokens,
  };
}

function failuresOf(
  classes: ReadonlyMap<string, Cell>,
  { ok, failed }: Pick<Cell, "ok" | "failed">,
): Overview["failures"] {
  return [...classes].filter(([, cell]) => cell.failed > 0)
    .map(([reason, cell]) => ({
      reason,
      requests: cell.failed,
      share: cell.failed / Math.max(1, ok + failed),
    }))
    .sort((a, b) => b.requests - a.requests);
}

function keyCounts(keys: readonly KeyStanding[]): Overview["keys"] {
  const count = (status: KeyStatus) => keys.filter((key) => key.status === status).length;
  const next = keys.flatMap(({ status, cooldownUntil }) =>
    status === "cooldown" && cooldownUntil !== null ? [cooldownUntil] : []
  );
  return {
    total: keys.length,
    active: count("active"),
    cooldown: count("cooldown"),
    disabled: count("disabled"),
    dead: count("dead"),
    nextAt: isoOf(next.length === 0 ? null : Math.min(...next)),
  };
}

function callCounts(
  calls: readonly InFlightCall[],
  queue: { readonly oldestMs: number; readonly expectedWaitMs: number },
): Overview["calls"] {
  const waiting = calls.filter(({ state }) => state === "waiting").length;
  const { oldestMs: oldestWaitMs, expectedWaitMs } = queue;
  return { running: calls.length - waiting, waiting, oldestWaitMs, expectedWaitMs };
}

/** Data from which every row is built. */
interface Seen {
  readonly tiers: ReadonlyMap<string, Tier>;
  /** Credentials that are neither disabled nor dead. */
  readonly usable: ReadonlySet<string>;
  /** Calls of the last minutes by bucket. */
  readonly recent: ReadonlyMap<string, Cell>;
  readonly calls: readonly InFlightCall[];
  readonly now: number;
}

function isClosed({ coolingUntil, limits }: BucketView, now: number): boolean {
  return (coolingUntil ?? 0) > now ||
    limits.some(({ left, resetsAt }) => left === 0 && (resetsAt ?? now) > now);
}

function modelOverview(
  { model, state, reason, until, able, total, fallback }: Standings["models"][number],
  buckets: readonly BucketView[],
  { tiers, usable, recent, calls, now }: Seen,
): ModelOverview {
  const day = limitOf(buckets, "requests_per_day", tiers);
  const open =
    buckets.filter((bucket) => !isClosed(bucket, now) && bucket.credentials.some((id) => usable.has(id)))
      .length;
  const perMinute = buckets.reduce((sum, { id }) => sum + (recent.get(id)?.requests ?? 0), 0) / RATE_MINUTES;
  const own = calls.filter((call) =>
    (call.waiting?.leaseRequest.model ?? call.modelUsed ?? call.modelAsked) === model
  );
  const waiting = own.filter((call) => call.state === "waiting").length;
  return {
    model,
    state,
    reason,
    until: isoOf(until),
    fallback,
    keys: { able, total },
    projects: buckets.length === 0 ? null : { open, total: buckets.length },
    day,
    minute: limitOf(buckets, "requests_per_minute", tiers),
    perMinute: Math.round(perMinute * 100) / 100,
    exhaustedAt: state === "out" ? null : exhaustion(day, perMinute, now),
    running: own.length - waiting,
    waiting,
  };
}

/** One kind of limit over all projects; unknown is not zero. */
function limitOf(
  buckets: readonly BucketView[],
  kind: BucketView["limits"][number]["kind"],
  tiers: ReadonlyMap<string, Tier>,
): ModelOverview["day"] {
  const limits = buckets.flatMap((bucket) => bucket.limits.filter((limit) => limit.kind === kind));
  if (limits.length === 0) return null;
  const known = limits.filter(({ left }) => left !== undefined);
  const sum = (pick: (limit: typeof limits[number]) => number | undefined) =>
    known.length === 0 ? null : known.reduce((total, limit) => total + (pick(limit) ?? 0), 0);
  const resets = limits.flatMap(({ resetsAt }) => resetsAt === undefined ? [] : [resetsAt]);
  return {
    used: limits.reduce((total, limit) => total + usedOf(limit), 0),
    limit: known.some(({ limit }) => limit !== undefined) ? sum(({ limit }) => limit) : null,
    left: sum(({ left }) => left),
    resetsAt: isoOf(resets.length === 0 ? null : Math.min(...resets)),
    unknownProjects: limits.length - known.length,
    published: publishedOf(buckets, kind, tiers),
  };
}

/**
 * The used part of a limit. Others may use the project too, so the rest that Google states counts more than our
 * own count.
 */
function usedOf({ used, limit, left }: BucketView["limits"][number]): number {
  return limit === undefined || left === undefined ? used : Math.max(used, limit - left);
}

/** The sum of published limits of projects whose own limit is unknown; null where one has none. */
function publishedOf(
  buckets: readonly BucketView[],
  kind: BucketView["limits"][number]["kind"],
  tiers: ReadonlyMap<string, Tier>,
) {
  const unknown = buckets.filter(({ limits }) =>
    limits.some((limit) => limit.kind === kind && limit.left === undefined)
  );
  const figures = unknown.flatMap((bucket) => {
    const figure = publishedLimit(bucket, tiers.get(bucket.credentials[0] ?? ""), kind);
    const used = bucket.limits.find((limit) => limit.kind === kind)?.used ?? 0;
    return figure === undefined ? [] : [{ ...figure, left: Math.max(0, figure.limit - used) }];
  });
  const [first] = figures;
  if (first === undefined || figures.length < unknown.length) return null;
  return {
    ...first,
    limit: figures.reduce((sum, { limit }) => sum + limit, 0),
    left: figures.reduce((sum, { left }) => sum + left, 0),
  };
}

function exhaustion(day: ModelOverview["day"], perMinute: number, now: number): string | null {
  if (day === null || day.left === null || day.left <= 0 || day.unknownProjects > 0 || perMinute <= 0) {
    return null;
  }
  const at = now + day.left / perMinute * PERIOD_MS.minute;
  return day.resetsAt !== null && at >= Date.parse(day.resetsAt) ? null : isoOf(at);
}

const ORDER: readonly ModelOverview["state"][] = ["out", "busy", "open", "unavailable"];

function worstFirst(a: ModelOverview, b: ModelOverview): number {
  return ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.perMinute - a.perMinute ||
    (b.day?.used ?? 0) - (a.day?.used ?? 0) || (a.model < b.model ? -1 : 1);
}
