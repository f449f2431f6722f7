import type { Figures } from "./commands/status.ts";
import { backText, untilText } from "../core/mod.ts";
import type { Bucket, Key, Verdict } from "../management/contract.ts";
import type { Output } from "./output.ts";
import { bar, plural, type Style } from "./style.ts";

const MOST_BUCKETS = 12;
const MOST_MODELS = 8;
const ALERT_PERCENT = 80;
const DAYS = 7;

/** The figures, quota first; each part under its heading. */
export function showStats(figures: Figures, out: Output, now: number): void {
  const { style } = out;
  const parts: readonly (readonly [heading: string, show: () => void])[] = [
    ["Quota", () => showQuota(figures, out, now)],
    ["Requests", () => showRequests(figures, out)],
    ["Keys", () => showKeys(figures, out)],
    ["Models", () => showModels(figures, out)],
    ["Last 7 days", () => showHistory(figures, out, now)],
  ];
  parts.forEach(([heading, show], index) => {
    if (index > 0) out.line();
    out.line(style.bold(heading));
    show();
  });
}

/** The verdict that every screen gives, in its colour. */
export function verdictLine({ status, message }: Verdict, style: Style): string {
  const paint = status === "ok" ? style.green : status === "exhausted" ? style.red : style.yellow;
  return `${paint(status)}  ${message}`;
}

function showQuota(figures: Figures, out: Output, now: number): void {
  const { caps, board, overview } = figures;
  const { style } = out;
  out.line(verdictLine(overview.verdict, style));
  const capRows = caps.map((cap) => [
    cap.model,
    "your cap",
    bar(cap.percentage, cap.alertThreshold, style),
    `${cap.current} of ${cap.limit} ${cap.unit} ${cap.period}`,
    backText(Date.parse(cap.nextReset), now),
  ]);
  const names = new Map(board.projects.map(({ id, name }) => [id, name]));
  const bucketRows = board.cells.flatMap((cell) =>
    cell.limits.filter(({ limit }) => limit !== undefined && limit > 0).map((limit) => ({
      share: limit.used / (limit.limit ?? 1) * 100,
      row: [
        cell.model,
        names.get(cell.project) ?? cell.project,
        bar(limit.used / (limit.limit ?? 1) * 100, ALERT_PERCENT, style),
        `${limit.used} of ${limit.limit} ${LIMIT_KINDS[limit.kind]}`,
        limit.resetsAt === undefined ? "-" : backText(Date.parse(limit.resetsAt), now),
      ],
    }))
  ).sort((a, b) => b.share - a.share).slice(0, MOST_BUCKETS).map(({ row }) => row);
  const rows = [...capRows, ...bucketRows];
  if (rows.length === 0) return out.line(style.dim("No cap is set, and Google has named no limit yet."));
  out.table(["MODEL", "OF", "USED", "COUNT", "RESETS"], rows);
}

/** Short words for the kinds of limits. */
export const LIMIT_KINDS: Readonly<Record<Bucket["limits"][number]["kind"], string>> = {
  requests_per_minute: "RPM",
  tokens_per_minute: "TPM",
  requests_per_day: "RPD",
  remaining_fraction: "of the quota",
};

function showRequests({ stats }: Figures, out: Output): void {
  const { totals, today } = stats;
  const { style } = out;
  const row = (name: string, figures: typeof totals) => {
    const { errorRate, success, errors, requests, tokens, latency } = figures;
    const paint = errorRate <= 0.1 ? style.green : errorRate <= 0.3 ? style.yellow : style.red;
    const good = success + errors === 0 ? "-" : paint(`${((1 - errorRate) * 100).toFixed(1)}%`);
    return [
      name,
      String(requests),
      String(errors),
      good,
      String(tokens.total),
      ms(latency.p50),
      ms(latency.p95),
    ];
  };
  out.table(["", "CALLS", "FAILED", "GOOD", "TOKENS", "P50", "P95"], [
    row("total", totals),
    row("today", today),
  ]);
}

function showKeys({ overview, busiest, cooling }: Figures, out: Output): void {
  const { active, cooldown, disabled, dead, total } = overview.keys;
  const { style } = out;
  out.line(
    `${style.green(`${active} active`)}, ${cooldown} cooling, ${disabled} disabled, ${dead} dead of ${
      plural(total, "key")
    }`,
  );
  showCooling(overview.keys.cooldown, cooling, out);
  const used = busiest.filter(({ usage }) => usage > 0);
  out.table(
    ["KEY", "CALLS", "FAILED"],
    used.map((key) => [key.label || key.tail, String(key.usage), String(key.errors)]),
  );
}

/** Names cooling keys one by one, and gives the count of the rest of `all`. */
export function showCooling(
  all: number,
  cooling: readonly Key[],
  { line, style }: Output,
  indent = "",
): void {
  for (const { label, tail, cooldownUntil } of cooling) {
    const until = cooldownUntil === null ? "" : ` ${untilText(Date.parse(cooldownUntil), Date.now())}`;
    line(`${indent}${style.yellow(label || tail)} cools down${until}`);
  }
  const more = all - cooling.length;
  if (more > 0) line(`${indent}${plural(more, "more key")} cool down: geminitro key list --status cooldown`);
}

function showModels({ stats }: Figures, out: Output): void {
  const used = Object.entries(stats.modelStats).sort(([, a], [, b]) => b.requests - a.requests)
    .slice(0, MOST_MODELS);
  if (used.length === 0) return out.line("None was used yet.");
  out.table(
    ["MODEL", "CALLS", "TOKENS", "FAILED"],
    used.map(([model, cell]) => [
      model,
      String(cell.requests),
      String(cell.tokens.total),
      `${(cell.errorRate * 100).toFixed(1)}%`,
    ]),
  );
}

function showHistory({ stats }: Figures, out: Output, now: number): void {
  const days = Array.from({ length: DAYS }, (_, index) => {
    const day = new Date(now - (DAYS - 1 - index) * 86_400_000).toISOString().slice(0, 10);
    return { day, cell: stats.daily[day] };
  });
  const most = Math.max(1, ...days.map(({ cell }) => cell?.requests ?? 0));
  out.table(
    ["DAY (UTC)", "CALLS", "FAILED", ""],
    days.map(({ day, cell }) => {
      const requests = cell?.requests ?? 0;
      const length = Math.ceil(requests / most * 20);
      return [day, String(requests), String(cell?.errors ?? 0), out.style.cyan("█".repeat(length))];
    }),
  );
}

function ms(value: number | null): string {
  return value === null ? "-" : value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}
