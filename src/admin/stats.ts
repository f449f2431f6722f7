import { SOURCE_TABLE, SOURCES } from "../core/mod.ts";
import {
  type Cell,
  type Dim,
  emptyCell,
  FLOW_SEPARATOR,
  mergeCell,
  percentile,
  PERIOD_MS,
} from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";

/** The original program's fields, with tokens, latency and cost added; `keyUsage` is by credential id, never by secret. */
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

export interface SeriesOptions {
  readonly grain: "minute" | "hour" | "day";
  readonly by: Dim;
  /** Epoch milliseconds; default: 60 minutes, 48 hours or 30 days back. */
  readonly since?: number;
  readonly until?: number;
}

export interface SeriesView {
  /** Start of the period, epoch milliseconds. */
  readonly time: number;
  readonly values: Record<string, CellView>;
}

const USUAL_PERIODS = { minute: 60, hour: 48, day: 30 } as const;
const MOST_PERIODS = 3_000;
/** Cells of one answer, about 3 MB of JSON. */
const MOST_CELLS = 10_000;

/** Figures over time; periods without calls are left out. Beyond MOST_CELLS the least used names are one, `OTHER_NAMES`. */
export async function seriesView(
  { ledger, ports }: AdminDeps,
  options: SeriesOptions,
): Promise<readonly SeriesView[]> {
  const { grain, by } = options;
  const to = options.until ?? ports.clock.now();
  const usual = to - USUAL_PERIODS[grain] * PERIOD_MS[grain];
  const from = Math.max(options.since ?? usual, to - MOST_PERIODS * PERIOD_MS[grain], 0);
  const points = await ledger.series({ grain, dim: by, from, to, most: MOST_CELLS });
  return points.map(({ time, cells }) => ({ time, values: cellViews(cells) }));
}

/** One model's figures with the original program's names. */
export interface UnifiedModel extends CellView {
  readonly totalRequests: number;
  readonly accountTypes: Record<string, number>;
  /** Starts of the minutes, hours or days in which calls ended, newest last; bounded. */
  readonly timestamps: readonly number[];
  /** By credential id. */
  readonly accounts: Record<string, { type: string; requests: number; errors: number }>;
}

const MOST_TIMESTAMPS = 1_000;
const HOUR_MS = 3_600_000;

/** Figures by model since a time (default: the retention). With `model`, that model alone, or null. */
export async function unifiedStats(
  { ledger, ports, settings, catalog }: AdminDeps,
  options: { readonly since?: number; readonly model?: string },
): Promise<Record<string, UnifiedModel | null>> {
  const now = ports.clock.now();
  const from = Math.max(options.since ?? 0, now - settings.historyRetentionDays * 24 * HOUR_MS);
  const grain = now - from <= 48 * HOUR_MS ? "hour" as const : "day" as const;
  const range = { grain, from, to: now };
  const [models, flows, points] = await Promise.all([
    ledger.totals({ ...range, dim: "model" }),
    ledger.totals({ ...range, dim: "flow" }),
    ledger.series({ ...range, dim: "model" }),
  ]);
  const one = (model: string, cell: Cell): UnifiedModel => {
    const own = [...flows].filter(([flow]) => flow.split(FLOW_SEPARATOR)[1] === model);
    return {
      ...cellView(cell),
      totalRequests: cell.requests,
      accountTypes: accountTypes(own),
      timestamps: points.filter(({ cells }) => cells.has(model)).map(({ time }) => time).slice(
        -MOST_TIMESTAMPS,
      ),
      accounts: accounts(own),
    };
  };
  if (options.model === undefined) {
    return Object.fromEntries([...models].map(([model, cell]) => [model, one(model, cell)]));
  }
  const resolved = catalog.resolve(options.model);
  const cell = models.get(options.model) ?? (resolved.ok ? models.get(resolved.value.id) : undefined);
  const name = models.has(options.model) || !resolved.ok ? options.model : resolved.value.id;
  return { [options.model]: cell === undefined ? null : one(name, cell) };
}

function accountTypes(flows: readonly (readonly [string, Cell])[]): Record<string, number> {
  const types: Record<string, number> = { api_key: 0, oauth: 0 };
  for (const [flow, cell] of flows) {
    const type = typeOf(flow.split(FLOW_SEPARATOR)[2]);
    if (type !== undefined) types[type] = (types[type] ?? 0) + cell.requests;
  }
  return types;
}

function accounts(flows: readonly (readonly [string, Cell])[]) {
  const sums = new Map<string, { type: string; cell: Cell }>();
  for (const [flow, cell] of flows) {
    const [, , source, id] = flow.split(FLOW_SEPARATOR);
    const type = typeOf(source);
    if (id === undefined || id === "" || type === undefined) continue;
    const sum = sums.get(id) ?? { type, cell: emptyCell() };
    mergeCell(sum.cell, cell);
    sums.set(id, sum);
  }
  return Object.fromEntries(
    [...sums].map(([id, { type, cell }]) => [id, { type, requests: cell.requests, errors: cell.failed }]),
  );
}

function typeOf(source: string | undefined): string | undefined {
  if (source === undefined || source === "") return undefined;
  const name = SOURCES.find((one) => one === source);
  // A source that only a later version knows.
  return name === undefined ? "oauth" : SOURCE_TABLE[name].credential;
}

export interface Flow extends CellView {
  readonly client: string;
  readonly model: string;
  readonly source: string;
  readonly credential: string;
  readonly project: string;
}

/** Paths of calls: client, model, project, key. */
export async function flows({ ledger, ports }: AdminDeps, since: number): Promise<readonly Flow[]> {
  const now = ports.clock.now();
  const totals = await ledger.totals({ grain: "hour", dim: "flow", from: since, to: now });
  return [...totals].map(([flow, cell]) => {
    const [client = "", model = "", source = "", credential = ""] = flow.split(FLOW_SEPARATOR);
    const project = credential === ""
      ? ""
      : ledger.projectOf(credential as Parameters<typeof ledger.projectOf>[0]);
    return { client, model, source, credential, project, ...cellView(cell) };
  });
}

/** A cell of the roll-ups as the API returns it. */
export interface CellView {
  /** Calls: success + errors + cancelled. */
  readonly requests: number;
  readonly success: number;
  readonly errors: number;
  readonly cancelled: number;
  /** Requests refused before they became calls; not in `requests`. */
  readonly refused: number;
  /** Share of answered and failed calls that failed, 0..1; calls whose client left count as neither. */
  readonly errorRate: number;
  readonly tokens: {
    readonly input: number;
    readonly cached: number;
    readonly output: number;
    readonly thinking: number;
    readonly total: number;
  };
  /** Milliseconds of successful calls; null without any. */
  readonly latency: Percentiles;
  readonly firstToken: Percentiles;
  /** US dollars by the price table, as if every call were paid for; without `unpriced` calls. */
  readonly cost: number;
  /** Calls of models whose price is unknown. */
  readonly unpriced: number;
}

export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export function cellView(cell: Cell): CellView {
  const ended = cell.ok + cell.failed;
  return {
    requests: cell.requests,
    success: cell.ok,
    errors: cell.failed,
    cancelled: cell.cancelled,
    refused: cell.refused,
    errorRate: ended === 0 ? 0 : cell.failed / ended,
    tokens: {
      input: cell.promptTokens,
      cached: cell.cachedTokens,
      output: cell.outputTokens,
      thinking: cell.thoughtsTokens,
      total: cell.totalTokens,
    },
    latency: percentiles(cell.latency),
    firstToken: percentiles(cell.firstToken),
    cost: cell.costMicros / 1_000_000,
    unpriced: cell.unpriced,
  };
}

function cellViews(cells: ReadonlyMap<string, Cell>): Record<string, CellView> {
  return Object.fromEntries([...cells].map(([name, cell]) => [name, cellView(cell)]));
}

function percentiles(histogram: Cell["latency"]): Percentiles {
  const at = (share: number) => percentile(histogram, share) ?? null;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
