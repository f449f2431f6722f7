import { FLOW_SEPARATOR } from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type CapProgress, capProgress } from "./cap_progress.ts";
import { keyStandings } from "./list_keys.ts";
import type { KeyStanding } from "./safe_key.ts";
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
  const apiKeys = there.filter(({ credential }) => credential.source === "api_key").length;
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
