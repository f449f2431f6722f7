import type { CapProgress as PoolCap } from "../pool/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";

/** The original program's fields; `unit`, `period`, `action` and `accounts` are ours. */
export interface CapProgress {
  readonly model: string;
  readonly current: number;
  readonly limit: number;
  readonly percentage: number;
  readonly alertThreshold: number;
  readonly atWarning: boolean;
  readonly atCap: boolean;
  /** ISO 8601. */
  readonly nextReset: string;
  readonly lastReset: string | null;
  readonly unit: PoolCap["unit"];
  readonly period: PoolCap["period"];
  readonly action: PoolCap["action"];
  /** By credential id. */
  readonly accounts: Readonly<Record<string, number>>;
}

/** How far each enabled cap is used in its running period, as the pool that keeps it counts. */
export function capProgress({ pool }: AdminDeps): readonly CapProgress[] {
  return pool.capProgress().map(progressOf);
}

/** The progress of the cap that applies to a model or to its quota group; undefined without one. */
export function capCheck(deps: AdminDeps, model: string): CapProgress | undefined {
  const resolved = deps.catalog.resolve(model);
  const bare = resolved.ok ? resolved.value.id : model.replace(/^models\//, "");
  const group = deps.catalog.groupOf(bare);
  const names = [model, bare, ...(group === undefined ? [] : [`group:${group}`, group])];
  const progress = capProgress(deps);
  return names.map((name) => progress.find((cap) => cap.model === name)).find((cap) => cap !== undefined);
}

function progressOf(cap: PoolCap): CapProgress {
  return {
    model: cap.model,
    current: cap.used,
    limit: cap.limit,
    percentage: cap.percentage,
    alertThreshold: cap.alertThreshold,
    atWarning: cap.percentage >= cap.alertThreshold,
    atCap: cap.used >= cap.limit,
    nextReset: new Date(cap.resetsAt).toISOString(),
    lastReset: new Date(cap.startedAt).toISOString(),
    unit: cap.unit,
    period: cap.period,
    action: cap.action,
    accounts: cap.perCredential,
  };
}
