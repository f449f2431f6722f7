import type { RecentCall } from "./read_overview.ts";

export interface TrafficPoint {
  readonly at: number;
  readonly ok: number;
  readonly failed: number;
  /** Clients that left: neither answered nor failed. */
  readonly cancelled: number;
  /** Refused before they became calls; no calls. */
  readonly refused: number;
  readonly tokens: number;
}

/** Width of one point of the live chart, and how many it has. */
export const STEP_MS = 2_000;
export const STEPS = 60;

export function emptySeries(now: number): readonly TrafficPoint[] {
  const end = Math.floor(now / STEP_MS) * STEP_MS;
  return Array.from({ length: STEPS }, (_, index) => ({
    at: end - (STEPS - 1 - index) * STEP_MS,
    ok: 0,
    failed: 0,
    cancelled: 0,
    refused: 0,
    tokens: 0,
  }));
}

/** The series moved on to `now`, with the calls that ended since counted at their end. */
export function advance(
  series: readonly TrafficPoint[],
  calls: readonly RecentCall[],
  now: number,
): readonly TrafficPoint[] {
  const known = new Map(series.map((point) => [point.at, point]));
  const points = new Map(emptySeries(now).map((point) => [point.at, known.get(point.at) ?? point]));
  for (const call of calls) {
    const slot = Math.floor((call.at + call.totalMs) / STEP_MS) * STEP_MS;
    const point = points.get(slot);
    if (point !== undefined) points.set(slot, add(point, call));
  }
  return [...points.values()];
}

function add(point: TrafficPoint, call: RecentCall): TrafficPoint {
  return {
    ...point,
    [call.outcome]: point[call.outcome] + 1,
    tokens: point.tokens + (call.tokens),
  };
}

/** The upper end of the axis: a round number of 1, 2 or 5 times a power of ten, at least 4. */
export function niceMax(value: number): number {
  if (value <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((max) => max >= value) ?? value;
}
