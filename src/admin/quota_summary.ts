import { isOfType } from "../core/mod.ts";
import { FLOW_SEPARATOR } from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type CapProgress, capProgress } from "./cap_progress.ts";
import { keyStandings } from "./list_keys.ts";
import type { KeyStanding } from "./safe_key.ts";
import { type PoolStatus, poolStatus } from "./verdict.ts";
import type { BucketLimitView, BucketView } from "../pool/contract.ts";

/** The original program's quota summary: one row a cap, with its reset, and the state of the pool. */
export interface QuotaSummary {
  readonly quotas: readonly QuotaRow[];
  readonly poolStatus: PoolStatus;
  /** The rest of the day by model, known and unknown kept apart. */
  readonly models: readonly ModelLeft[];
}

export interface QuotaRow {
  readonly model: string;
  readonly current: number;
  readonly limit: number;
  readonly percentage: number;
  readonly atWarning: boolean;
  readonly atCap: boolean;
  /** ISO 8601. */
  readonly resetTime: string;
  /** Seconds. */
  readonly resetIn: number;
  readonly resetInFormatted: string;
  /** Distinct accounts that served the model in the last day. */
  readonly accounts: { readonly apiKeys: number; readonly oauth: number; readonly total: number };
}

export async function quotaSummary(deps: AdminDeps): Promise<QuotaSummary> {
  const now = deps.ports.clock.now();
  const progress = capProgress(deps);
  const flows = await deps.ledger.totals({ grain: "hour", dim: "flow", from: now - 86_400_000, to: now });
  const view = deps.pool.view();
  const keys = keyStandings(deps, view);
  return {
    quotas: progress.map((cap) => rowOf(cap, accountsOf(deps, cap.model, [...flows.keys()], keys), now)),
    poolStatus: poolStatus(keys, now),
    models: modelsLeft(view.buckets, now),
  };
}

/** The accounts of today that a cap's calls of the last day used: those of its model, its group's models or its client. */
function accountsOf(
  { catalog }: AdminDeps,
  cap: string,
  flows: readonly string[],
  keys: readonly KeyStanding[],
): QuotaRow["accounts"] {
  const covers = (client: string, model: string) =>
    cap === model || cap === `client:${client}` || cap === `group:${catalog.groupOf(model)}`;
  const used = new Set(
    flows.map((flow) => flow.split(FLOW_SEPARATOR))
      .filter(([client = "", model = ""]) => covers(client, model)).map(([, , , id]) => id),
  );
  const there = keys.filter(({ credential }) => used.has(credential.id));
  const apiKeys = there.filter(({ credential }) => isOfType(credential, "api_key")).length;
  return { apiKeys, oauth: there.length - apiKeys, total: there.length };
}

function rowOf(cap: CapProgress, accounts: QuotaRow["accounts"], now: number): QuotaRow {
  const resetIn = Math.max(0, Math.round((Date.parse(cap.nextReset) - now) / 1_000));
  return {
    model: cap.model,
    current: cap.current,
    limit: cap.limit,
    percentage: cap.percentage,
    atWarning: cap.atWarning,
    atCap: cap.atCap,
    resetTime: cap.nextReset,
    resetIn,
    resetInFormatted: `${Math.floor(resetIn / 3_600)}h ${Math.floor(resetIn % 3_600 / 60)}m`,
    accounts,
  };
}

/** The known rest of one model over all projects that may serve it. */
interface ModelLeft {
  readonly model: string;
  /** The limit that the numbers are about; null while no project's is known. */
  readonly kind: BucketLimitView["kind"] | null;
  /** Sum over the projects whose limit is known; null while none is. A fraction counts as 0..1 a project. */
  readonly left: number | null;
  readonly limit: number | null;
  /** Projects counted in `left`. */
  readonly knownProjects: number;
  /** Projects that may serve more than `left` says, because their limit is not known. */
  readonly unknownProjects: number;
  /** Number of all projects that are in cooldown now. */
  readonly coolingProjects: number;
  /** ISO 8601: the first reset of a known limit; null when none is stated. */
  readonly resetsAt: string | null;
}

/** The limit with the longest window is shown: the day's before the minute's. */
const ORDER: readonly BucketLimitView["kind"][] = [
  "requests_per_day",
  "remaining_fraction",
  "requests_per_minute",
  "tokens_per_minute",
];

/** One row per model (or quota group), by name. Unknown is not zero: it is counted apart. */
export function modelsLeft(buckets: readonly BucketView[], now: number): readonly ModelLeft[] {
  return [...Map.groupBy(buckets, (bucket) => bucket.model)]
    .map(([model, rows]) => leftOf(model, rows, now))
    .sort((a, b) => a.model < b.model ? -1 : 1);
}

function leftOf(model: string, buckets: readonly BucketView[], now: number): ModelLeft {
  const known = (kind: BucketLimitView["kind"]) =>
    buckets.flatMap(({ limits }) =>
      limits.filter((limit) => limit.kind === kind && limit.left !== undefined)
    );
  const kind = ORDER.find((one) => known(one).length > 0) ?? null;
  const limits = kind === null ? [] : known(kind);
  const sum = (values: readonly (number | undefined)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const resets = limits.flatMap(({ resetsAt }) => resetsAt === undefined ? [] : [resetsAt]);
  return {
    model,
    kind,
    left: limits.length === 0 ? null : sum(limits.map(({ left }) => left)),
    limit: limits.some(({ limit }) => limit !== undefined) ? sum(limits.map(({ limit }) => limit)) : null,
    knownProjects: limits.length,
    unknownProjects: buckets.length - limits.length,
    coolingProjects: buckets.filter(({ coolingUntil }) => (coolingUntil ?? 0) > now).length,
    resetsAt: resets.length === 0 ? null : new Date(Math.min(...resets)).toISOString(),
  };
}
