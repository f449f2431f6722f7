import type { CapRecord } from "../store/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { capPeriod } from "./cap_period.ts";
import { capSchedule } from "./caps.ts";

/** The seed's fields; `unit`, `period` and `action` are ours. */
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
  readonly unit: CapRecord["unit"];
  readonly period: CapRecord["period"];
  readonly action: CapRecord["action"];
}

/** How far each enabled cap is used in its running period, over all processes. */
export async function capProgress(deps: AdminDeps): Promise<readonly CapProgress[]> {
  const caps = (await deps.store.caps.list()).filter((cap) => cap.enabled);
  const schedule = await capSchedule(deps);
  const now = deps.ports.clock.now();
  return await Promise.all(caps.map(async (cap) => {
    const period = capPeriod(cap.period, schedule, now);
    return progressOf(cap, period, await usedSince(deps, cap, period.start, now));
  }));
}

/** The progress of the cap that holds for a model, itself or by its quota group; undefined without one. */
export async function capCheck(deps: AdminDeps, model: string): Promise<CapProgress | undefined> {
  const bare = model.replace(/^models\//, "");
  const group = deps.catalog.groupOf(bare);
  const progress = await capProgress(deps);
  return progress.find((cap) => cap.model === bare) ??
    progress.find((cap) => group !== undefined && cap.model === `group:${group}`);
}

function progressOf(cap: CapRecord, period: { start: number; end: number }, current: number): CapProgress {
  const percentage = cap.limit === 0 ? 100 : Math.round(current / cap.limit * 1_000) / 10;
  return {
    model: cap.model,
    current,
    limit: cap.limit,
    percentage,
    alertThreshold: cap.alertThreshold,
    atWarning: percentage >= cap.alertThreshold,
    atCap: current >= cap.limit,
    nextReset: new Date(period.end).toISOString(),
    lastReset: new Date(period.start).toISOString(),
    unit: cap.unit,
    period: cap.period,
    action: cap.action,
  };
}

/** Counted by hours, so a period that begins within an hour is counted from that hour's beginning. */
async function usedSince(deps: AdminDeps, cap: CapRecord, from: number, to: number): Promise<number> {
  const client = /^client:(.+)$/.exec(cap.model)?.[1];
  const group = /^group:(.+)$/.exec(cap.model)?.[1];
  const dim = client === undefined ? "model" : "client";
  const totals = await deps.ledger.totals({ grain: "hour", dim, from, to });
  let used = 0;
  for (const [name, cell] of totals) {
    const counts = client !== undefined
      ? name === client
      : group !== undefined
      ? deps.catalog.groupOf(name) === group
      : name === cap.model;
    if (counts) used += cap.unit === "tokens" ? cell.totalTokens : cell.ok;
  }
  return used;
}
