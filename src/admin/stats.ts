import { emptyCell, PERIOD_MS } from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type CellView, cellView, cellViews } from "./cell_view.ts";

/** The seed's fields, with tokens, latency and cost added; `keyUsage` is by credential id, never by secret. */
export interface StatsView {
  readonly totalRequests: number;
  readonly totalSuccess: number;
  readonly totalErrors: number;
  /** By UTC day, `YYYY-MM-DD`. */
  readonly daily: Record<string, { requests: number; errors: number } & CellView>;
  readonly models: Record<string, number>;
  readonly keyUsage: Record<string, { requests: number; errors: number }>;
  readonly modelStats: Record<string, CellView>;
  readonly agents: Record<string, CellView>;
  readonly clients: Record<string, CellView>;
  readonly projects: Record<string, CellView>;
  readonly classes: Record<string, number>;
  readonly totals: CellView;
  readonly today: CellView;
  /** Day of the price table behind every cost. */
  readonly pricesAsOf: string;
}

/** Days of daily figures in the answer. */
const DAYS = 30;

export async function statsView({ ledger, ports, settings }: AdminDeps): Promise<StatsView> {
  const now = ports.clock.now();
  const from = now - Math.min(DAYS, settings.historyRetentionDays) * PERIOD_MS.day;
  const range = { grain: "day", from, to: now } as const;
  const [total, models, keys, days, agents, clients, projects, classes] = await Promise.all([
    ledger.lifetime("total"),
    ledger.lifetime("model"),
    ledger.lifetime("key"),
    ledger.series({ ...range, dim: "total" }),
    ledger.totals({ ...range, dim: "agent" }),
    ledger.totals({ ...range, dim: "client" }),
    ledger.totals({ ...range, dim: "project" }),
    ledger.totals({ ...range, dim: "class" }),
  ]);
  const all = total.get("total") ?? emptyCell();
  const daily = days.map(({ time, cells }) =>
    [dayName(time), cellView(cells.get("total") ?? emptyCell())] as const
  );
  const today = daily.find(([day]) => day === dayName(now))?.[1] ?? cellView(emptyCell());
  return {
    totalRequests: all.requests,
    totalSuccess: all.ok,
    totalErrors: all.failed,
    daily: Object.fromEntries(daily),
    models: Object.fromEntries([...models].map(([name, cell]) => [name, cell.requests])),
    keyUsage: Object.fromEntries(
      [...keys].map(([id, cell]) => [id, { requests: cell.requests, errors: cell.failed }]),
    ),
    modelStats: cellViews(models),
    agents: cellViews(agents),
    clients: cellViews(clients),
    projects: cellViews(projects),
    classes: Object.fromEntries([...classes].map(([name, cell]) => [name, cell.requests])),
    totals: cellView(all),
    today,
    pricesAsOf: ledger.prices.date,
  };
}

function dayName(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
