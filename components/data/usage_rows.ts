import { count, type Fields, fields, list, maybeCount, text, texts } from "./fields.ts";
import type { AccountsView, SuggestionRow, UsageRow, UsageView } from "./views.ts";

const DAY_MS = 86_400_000;

interface Sum {
  requests: number;
  errors: number;
  tokens: number;
  cost: number;
}

/** One day's figures of every client or project, as /api/stats/series gives them. */
interface Day {
  readonly at: number;
  readonly values: Fields;
}

function daysOf(answer: unknown): readonly Day[] {
  return list(answer).map(fields).map((row) => ({ at: count(row["time"]), values: fields(row["values"]) }));
}

function add(sum: Sum, value: unknown): Sum {
  const row = fields(value);
  return {
    requests: sum.requests + count(row["requests"]),
    errors: sum.errors + count(row["errors"]),
    tokens: sum.tokens + count(fields(row["tokens"])["total"]),
    cost: sum.cost + count(row["cost"]),
  };
}

const NOTHING: Sum = { requests: 0, errors: 0, tokens: 0, cost: 0 };

function sumOf(days: readonly Day[], name: string): Sum {
  return days.reduce((sum, day) => add(sum, day.values[name]), NOTHING);
}

/** When the running period of a budget began: budgets run from midnight, Monday or the first, in UTC. */
function periodStart(period: string, now: number): number {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const date = new Date(today);
  if (period === "weekly") return today - (date.getUTCDay() + 6) % 7 * DAY_MS;
  if (period === "monthly") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return period === "total" ? 0 : today;
}

function amountOf(sum: Sum, unit: string): number {
  if (unit === "usd") return sum.cost;
  return unit === "tokens" ? sum.tokens : sum.requests;
}

function budgetOf(client: Fields, days: readonly Day[], now: number) {
  const row = fields(client["budget"]);
  const limit = maybeCount(row["limit"]);
  if (limit === undefined) return {};
  const [unit, period] = [text(row["unit"]), text(row["period"])];
  const start = periodStart(period, now);
  const within = sumOf(days.filter((day) => day.at >= start), text(client["id"]));
  const sum = period === "total" ? add(NOTHING, client["usage"]) : within;
  return { budget: { unit, limit, period }, spent: amountOf(sum, unit) };
}

function rowsOf(
  days: readonly Day[],
  nameOf: (id: string) => string,
): readonly (UsageRow & { id: string })[] {
  const ids = [...new Set(days.flatMap((day) => Object.keys(day.values)))];
  return ids.map((id) => ({ id, name: nameOf(id), ...sumOf(days, id) }))
    .sort((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : 1));
}

/** Thirty days of /api/stats/series by client and by project, joined with the clients' names and budgets. */
export function usageView(byClient: unknown, byProject: unknown, clients: unknown, now: number): UsageView {
  const days = daysOf(byClient);
  const known = new Map(
    list(clients, "clients").map(fields).map((row) => [text(row["id"]), row] as const),
  );
  const used = rowsOf(days, (id) => text(known.get(id)?.["name"], id)).map(({ id, ...row }) => ({
    ...row,
    ...budgetOf(known.get(id) ?? {}, days, now),
  }));
  const projects = rowsOf(daysOf(byProject), (id) => id).map(({ id: _id, ...row }) => row);
  return { clients: used, projects };
}

/** The suggestions in GET /api/pool. */
export function suggestionRows(answer: unknown): readonly SuggestionRow[] {
  return list(answer, "suggestions").map(fields).map((row) => ({
    credentials: texts(row["credentials"]),
    evidence: text(row["evidence"]),
    confidence: count(row["confidence"]),
  }));
}

/** GET /api/accounts: what must be read before a sign-in, and which sources can be used. */
export function accountsView(answer: unknown): AccountsView {
  const row = fields(answer);
  return {
    warning: text(row["warning"]),
    sources: list(row["sources"]).map(fields).map((source) => ({
      source: text(source["source"]),
      on: source["on"] === true,
      reason: text(source["reason"]),
    })),
  };
}
