import { type Dim, PERIOD_MS } from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type CellView, cellViews } from "./cell_view.ts";

export interface SeriesOptions {
  readonly grain: "minute" | "hour" | "day";
  readonly by: Dim;
  /** Epoch milliseconds; default: 60 minutes, 48 hours or 30 days back. */
  readonly since?: number;
  readonly until?: number;
}

export interface SeriesView {
  /** Start of the period. */
  readonly time: number;
  readonly values: Record<string, CellView>;
}

const USUAL_PERIODS = { minute: 60, hour: 48, day: 30 } as const;
const MOST_PERIODS = 3_000;

/** Figures over time; periods without calls are left out. */
export async function seriesView(
  { ledger, ports }: AdminDeps,
  options: SeriesOptions,
): Promise<readonly SeriesView[]> {
  const { grain, by } = options;
  const to = options.until ?? ports.clock.now();
  const usual = to - USUAL_PERIODS[grain] * PERIOD_MS[grain];
  const from = Math.max(options.since ?? usual, to - MOST_PERIODS * PERIOD_MS[grain], 0);
  const points = await ledger.series({ grain, dim: by, from, to });
  return points.map(({ time, cells }) => ({ time, values: cellViews(cells) }));
}
