import { FLOW_SEPARATOR } from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type CapProgress, capProgress } from "./cap_progress.ts";
import { listKeys } from "./list_keys.ts";
import { type ModelLeft, modelsLeft } from "./model_left.ts";
import { type PoolStatus, poolStatus } from "./health.ts";

/** The seed's quota summary: one row a cap, with its reset, and the state of the pool. */
export interface QuotaSummary {
  readonly quotas: readonly QuotaRow[];
  readonly poolStatus: PoolStatus;
  /** What is left by model, known and unknown told apart. */
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
  const [keys, flows] = await Promise.all([
    listKeys(deps),
    deps.ledger.totals({ grain: "hour", dim: "flow", from: now - 86_400_000, to: now }),
  ]);
  return {
    quotas: progress.map((cap) => rowOf(cap, [...flows.keys()], now)),
    poolStatus: poolStatus(keys, now),
    models: modelsLeft(deps.pool.view().buckets, now),
  };
}

function rowOf(cap: CapProgress, flows: readonly string[], now: number): QuotaRow {
  const resetIn = Math.max(0, Math.round((Date.parse(cap.nextReset) - now) / 1_000));
  const used = flows.map((flow) => flow.split(FLOW_SEPARATOR)).filter(([, model]) => model === cap.model);
  const count = (wanted: boolean) =>
    new Set(used.filter(([, , source]) => (source === "api_key") === wanted).map(([, , , id]) => id)).size;
  const [apiKeys, oauth] = [count(true), count(false)];
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
    accounts: { apiKeys, oauth, total: apiKeys + oauth },
  };
}
