import { bar } from "./bar.ts";
import type { Figures } from "./commands/stats.ts";
import type { Verdict } from "../management/contract.ts";
import { plural, span } from "./spans.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

const MOST_BUCKETS = 12;
const MOST_MODELS = 8;
const ALERT_PERCENT = 80;
const DAYS = 7;

/** The figures as lines: quota first. */
export function statsLines(figures: Figures, style: Style, now: number): string[] {
  return [
    style.bold("Quota"),
    `  ${verdictLine(figures.overview.verdict, style)}`,
    ...quotaLines(figures, style, now),
    "",
    style.bold("Requests"),
    ...requestLines(figures, style),
    "",
    style.bold("Keys"),
    ...keyLines(figures, style),
    "",
    style.bold("Models"),
    ...modelLines(figures),
    "",
    style.bold("Last 7 days"),
    ...historyLines(figures, style, now),
  ];
}

/** The verdict that every screen gives, in its colour. */
export function verdictLine({ status, message }: Verdict, style: Style): string {
  const paint = status === "ok" ? style.green : status === "exhausted" ? style.red : style.yellow;
  return `${paint(status)}  ${message}`;
}

function quotaLines({ caps, buckets }: Figures, style: Style, now: number): string[] {
  const capRows = caps.map((cap) => [
    cap.model,
    bar(cap.percentage, cap.alertThreshold, style),
    `${cap.current} of ${cap.limit} ${cap.unit} ${cap.period}`,
    `resets in ${span(Date.parse(cap.nextReset) - now)}`,
  ]);
  const bucketRows = buckets.flatMap((bucket) =>
    bucket.limits.filter(({ limit }) => limit !== undefined && limit > 0).map((limit) => ({
      share: limit.used / (limit.limit ?? 1) * 100,
      row: [
        bucket.model,
        bar(limit.used / (limit.limit ?? 1) * 100, ALERT_PERCENT, style),
        `${limit.used} of ${limit.limit} ${limit.kind.replaceAll("_", " ")}, ${bucket.project}`,
        limit.resetsAt === undefined ? "" : `resets in ${span(Date.parse(limit.resetsAt) - now)}`,
      ],
    }))
  ).sort((a, b) => b.share - a.share).slice(0, MOST_BUCKETS).map(({ row }) => row);
  const rows = [...capRows, ...bucketRows];
  return rows.length === 0
    ? [style.dim("  No cap is set, and Google has named no limit yet.")]
    : indent(table(rows));
}

function requestLines({ stats }: Figures, style: Style): string[] {
  const { totals, today } = stats;
  const rate = totals.requests === 0 ? "-" : `${((1 - totals.errorRate) * 100).toFixed(1)}%`;
  const paint = totals.errorRate <= 0.1 ? style.green : totals.errorRate <= 0.3 ? style.yellow : style.red;
  return indent(table([
    ["total", String(stats.totalRequests), `${paint(rate)} good`, `${stats.totalErrors} failed`],
    ["today", String(today.requests), `${today.tokens.total} tokens`, `${today.errors} failed`],
    ["latency", `p50 ${ms(totals.latency.p50)}`, `p95 ${ms(totals.latency.p95)}`, ""],
  ]));
}

function keyLines({ quotas, keys }: Figures, style: Style): string[] {
  const { active, cooldown, disabled, dead, total, cooldownKeys } = quotas.poolStatus;
  const busiest = [...keys].sort((a, b) => b.usage - a.usage).slice(0, MOST_MODELS).filter((key) =>
    key.usage > 0
  );
  return [
    `  ${style.green(`${active} active`)}, ${cooldown} cooling, ${disabled} disabled, ${dead} dead of ${
      plural(total, "key")
    }`,
    ...cooldownKeys.map(({ tail, remaining }) =>
      `  ${style.yellow(tail)} cools for ${span(remaining * 1_000)}`
    ),
    ...indent(
      table(busiest.map((key) => [key.label || key.tail, `${key.usage} calls`, `${key.errors} failed`])),
    ),
  ];
}

function modelLines({ stats }: Figures): string[] {
  const used = Object.entries(stats.modelStats).sort(([, a], [, b]) => b.requests - a.requests).slice(
    0,
    MOST_MODELS,
  );
  if (used.length === 0) return ["  None was used yet."];
  return indent(table(used.map(([model, cell]) => [
    model,
    `${cell.requests} calls`,
    `${cell.tokens.total} tokens`,
    `${(cell.errorRate * 100).toFixed(1)}% failed`,
  ])));
}

function historyLines({ stats }: Figures, style: Style, now: number): string[] {
  const days = Array.from({ length: DAYS }, (_, index) => {
    const day = new Date(now - (DAYS - 1 - index) * 86_400_000).toISOString().slice(0, 10);
    return { day, cell: stats.daily[day] };
  });
  const most = Math.max(1, ...days.map(({ cell }) => cell?.requests ?? 0));
  return indent(table(days.map(({ day, cell }) => {
    const requests = cell?.requests ?? 0;
    const length = Math.ceil(requests / most * 24);
    return [day, String(requests), style.cyan("█".repeat(length)), `${cell?.errors ?? 0} failed`];
  })));
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function ms(value: number | null): string {
  return value === null ? "-" : value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}
