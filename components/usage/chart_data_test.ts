import assert from "node:assert/strict";
import fc from "fast-check";
import type { Figures, SeriesPoint } from "../../src/management/contract.ts";
import { usageChart } from "./chart_data.ts";
import { grainOf, usageQuery } from "./query.ts";

const NONE = { p50: null, p95: null, p99: null };

function figures(requests: number): Figures {
  return {
    requests,
    success: requests,
    errors: 0,
    cancelled: 0,
    refused: 0,
    errorRate: 0,
    tokens: { input: 0, cached: 0, output: 0, thinking: 0, total: requests * 10 },
    latency: NONE,
    firstToken: NONE,
    cost: 0,
  } as Figures;
}

function point(hour: number, values: Readonly<Record<string, number>>): SeriesPoint {
  return {
    time: new Date(hour * 3_600_000).toISOString(),
    values: Object.fromEntries(Object.entries(values).map(([name, count]) => [name, figures(count)])),
  };
}

Deno.test("usageChart() loses nothing, however many names there are", () => {
  const names = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.integer({ min: 0, max: 1_000 }), {
    maxKeys: 20,
  });
  fc.assert(fc.property(fc.array(names, { maxLength: 10 }), (hours) => {
    const chart = usageChart(hours.map((values, hour) => point(hour, values)), [], "requests", (id) => id);
    const sum = hours.flatMap((values) => Object.values(values)).reduce((total, count) => total + count, 0);
    assert.equal(chart.lines.reduce((total, line) => total + line.total, 0), sum);
    assert.ok(chart.lines.length <= 8);
    for (const line of chart.lines) assert.equal(line.values.length, chart.times.length);
  }));
});

Deno.test("usageChart() shows the highest of what cannot be added, and no sum of the rest", () => {
  const slow = (p50: number) => ({ ...figures(1), latency: { ...NONE, p50 } });
  const points = [{ time: new Date(0).toISOString(), values: { a: slow(200) } }, {
    time: new Date(3_600_000).toISOString(),
    values: { a: slow(300) },
  }] as SeriesPoint[];
  assert.equal(usageChart(points, [], "p50", (id) => id).lines[0]?.total, 300);
});

Deno.test("usageQuery() takes nothing that it does not know, and no span of years", () => {
  const now = 1_700_000_000_000;
  const of = (text: string) => usageQuery(new URLSearchParams(text), now);
  assert.deepEqual([of("").range, of("").measure, of("").by], ["24h", "requests", "model"]);
  assert.equal(of("range=toString&measure=__proto__&by=x").measure, "requests");
  assert.equal(of("range=own&since=0&until=5").range, "24h");
  assert.equal(of(`range=own&since=${now - 1000}&until=${now}`).range, "own");
  assert.deepEqual(["1h", "24h", "7d", "30d"].map((range) => grainOf(of(`range=${range}`))), [
    "minute",
    "hour",
    "hour",
    "day",
  ]);
});
