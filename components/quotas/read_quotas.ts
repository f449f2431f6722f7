import type { LocalClient } from "../../src/management/client.ts";
import type {
  CapProgress,
  Caps,
  ClientView,
  Figures,
  QuotaBoard,
  SeriesPoint,
} from "../../src/management/contract.ts";

export interface CapRow {
  readonly model: string;
  readonly limit: number;
  readonly unit: string;
  readonly period: string;
  readonly alertThreshold: number;
  readonly action: string;
  readonly enabled: boolean;
  readonly updatedAt?: string;
  /** Used in this period, when the cap is on. */
  readonly current?: number;
  readonly nextReset?: number;
}

export interface CapsView {
  readonly caps: readonly CapRow[];
  readonly resetTime: string;
  readonly timezone: string;
}

/** What one client or project used in the last thirty days. */
export interface UsageRow {
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
  readonly tokens: number;
  /** US dollars, as if it were paid for; of `unpriced` calls nothing is in it. */
  readonly cost: number;
  readonly unpriced: number;
  /** What the client may use; absent without a budget. */
  readonly budget?: { readonly unit: string; readonly limit: number; readonly period: string };
  /** Used of the budget since the start of its period, in its unit. */
  readonly spent?: number;
}

/** Those who used the most, and what all of them used together. */
export interface UsageList {
  /** At most twenty. */
  readonly rows: readonly UsageRow[];
  /** Requests of all, also of those that are not in the list. */
  readonly requests: number;
  /** How many are not in the list. */
  readonly more: number;
}

export interface UsageView {
  readonly clients: UsageList;
  readonly projects: UsageList;
}

/** Models by projects; with words those whose names hold them, asked or not. */
export async function readBoard(client: LocalClient, words: string): Promise<QuotaBoard> {
  return await client.board(words === "" ? {} : { q: words });
}

/** The caps, with how far they are used. */
export async function readCaps(client: LocalClient): Promise<CapsView> {
  return capsView(...await Promise.all([client.caps(), client.capProgress()]));
}

/** Thirty days by client and by project. */
export async function readUsage(client: LocalClient): Promise<UsageView> {
  const parts = await Promise.all([
    client.series({ grain: "day", by: "client" }),
    client.series({ grain: "day", by: "project" }),
    client.clients(),
  ]);
  return usageView(...parts, Date.now());
}

/** Caps joined with how far they are used. */
function capsView({ caps, resetTime, timezone }: Caps, progress: readonly CapProgress[]): CapsView {
  const byModel = new Map(progress.map((row) => [row.model, row]));
  return {
    resetTime,
    timezone,
    caps: caps.map((cap) => {
      const now = byModel.get(cap.model);
      return now === undefined ? cap : { ...cap, current: now.current, nextReset: Date.parse(now.nextReset) };
    }),
  };
}

const DAY_MS = 86_400_000;

interface Sum {
  readonly requests: number;
  readonly errors: number;
  readonly tokens: number;
  readonly cost: number;
  readonly unpriced: number;
}

const NOTHING: Sum = { requests: 0, errors: 0, tokens: 0, cost: 0, unpriced: 0 };

function add(sum: Sum, figures: Figures | null | undefined): Sum {
  if (figures === null || figures === undefined) return sum;
  return {
    requests: sum.requests + figures.requests,
    errors: sum.errors + figures.errors,
    tokens: sum.tokens + figures.tokens.total,
    cost: sum.cost + figures.cost,
    unpriced: sum.unpriced + figures.unpriced,
  };
}

function sumOf(days: readonly SeriesPoint[], name: string): Sum {
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

function budgetOf(client: ClientView | undefined, days: readonly SeriesPoint[], now: number) {
  if (client?.budget === undefined) return {};
  const { budget } = client;
  const start = periodStart(budget.period, now);
  const within = sumOf(days.filter((day) => Date.parse(day.time) >= start), client.id);
  const sum = budget.period === "total" ? add(NOTHING, client.usage) : within;
  return { budget, spent: amountOf(sum, budget.unit) };
}

function rowsOf(
  days: readonly SeriesPoint[],
  nameOf: (id: string) => string,
): readonly (UsageRow & { id: string })[] {
  const ids = [...new Set(days.flatMap((day) => Object.keys(day.values)))];
  return ids.map((id) => ({ id, name: nameOf(id), ...sumOf(days, id) }))
    .sort((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : 1));
}

/** Thirty days of figures by client and by project, joined with the clients' names and budgets. */
function usageView(
  byClient: readonly SeriesPoint[],
  byProject: readonly SeriesPoint[],
  clients: readonly ClientView[],
  now: number,
): UsageView {
  const known = new Map(clients.map((client) => [client.id, client]));
  const used = rowsOf(byClient, (id) => known.get(id)?.name ?? id).map(({ id, ...row }) => ({
    ...row,
    ...budgetOf(known.get(id), byClient, now),
  }));
  const projects = rowsOf(byProject, (id) => id).map(({ id: _id, ...row }) => row);
  return { clients: usageList(used), projects: usageList(projects) };
}

const MOST_LISTED = 20;

function usageList(rows: readonly UsageRow[]): UsageList {
  return {
    rows: rows.slice(0, MOST_LISTED),
    requests: rows.reduce((sum, row) => sum + row.requests, 0),
    more: Math.max(0, rows.length - MOST_LISTED),
  };
}
