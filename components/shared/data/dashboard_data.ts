import { filledRules } from "../../../src/core/glob.ts";
import type { LocalClient } from "../../../src/management/client.ts";
import type {
  Accounts,
  Agent,
  CallPaths,
  ClientView,
  Figures,
  Models,
  SeriesPoint,
  Settings,
} from "../../../src/management/contract.ts";
import { createLiveData, type LiveData, queryOf } from "./live_data.ts";
import { type KeysQuery, type KeysView, readKeys, readNamedKeys } from "../keys/read_keys.ts";
import { groupsOf, type ProblemGroup } from "../../problems/groups.ts";
import { capsView, healthView, keyRow } from "./configuration_rows.ts";
import { callRow, given, msOf, requestsView } from "./rows.ts";
import { keyName } from "../format.ts";
import { callClasses, callReasons } from "../calls/words.ts";
import { byKind, type UsageChart, usageChart } from "../../usage/chart_data.ts";
import { grainOf, type UsageQuery } from "../../usage/query.ts";
import { usageText } from "../../usage/words.ts";
import type {
  CallDetail,
  CapsView,
  CatalogView,
  ClientRow,
  HealthView,
  KeyRow,
  LogEntry,
  MatrixModel,
  ModelSpeed,
  SuggestionRow,
  TotalsView,
  UsageRow,
  UsageView,
} from "./views.ts";

/** What changes only when somebody changes it, and the log. */
export interface ConfigurationData {
  /** The last lines, oldest first. */
  logs(): Promise<readonly LogEntry[]>;
  health(): Promise<HealthView>;
  caps(): Promise<CapsView>;
  request(id: string): Promise<CallDetail | undefined>;
  catalog(): Promise<CatalogView>;
  /** A page of keys. */
  keyList(query: KeysQuery): Promise<KeysView>;
  /** One key with its models. Throws an ApiError where there is none. */
  key(id: string): Promise<KeyRow>;
  /** What is known of the named keys. */
  namedKeys(ids: readonly string[]): Promise<readonly KeyRow[]>;
  agents(): Promise<readonly Agent[]>;
  clients(): Promise<readonly ClientRow[]>;
  settings(): Promise<Settings>;
  /** Thirty days by client and by project. */
  usage(): Promise<UsageView>;
  /** `query` is that of the list, without its page. */
  totals(query: string): Promise<TotalsView>;
  /** Failures and refusals of the last day by their reason, the latest first. */
  problems(): Promise<readonly ProblemGroup[]>;
  /** One measure over time. A named range ends now, whatever the query says. */
  usageChart(query: UsageQuery, now: number): Promise<UsageChart>;
  /** Which way the calls of a span up to `now` went. */
  callPaths(span: number, now: number): Promise<CallPaths>;
  /** How fast each model answered, since the first start. */
  modelSpeeds(): Promise<Readonly<Record<string, ModelSpeed>>>;
  suggestions(): Promise<readonly SuggestionRow[]>;
  accounts(): Promise<Accounts>;
}

/** All that the pages read. */
export interface DashboardData extends LiveData, ConfigurationData {}

export function createConfigurationData(client: LocalClient): ConfigurationData {
  return {
    health: async () => healthView(await client.health()),
    caps: async () => capsView(...await Promise.all([client.caps(), client.capProgress()])),
    request: async (id) => callDetail(await client.request(id)),
    catalog: () => catalogView(client),
    keyList: (query) => readKeys(client, query),
    key: async (id) => keyRow(await client.key(id)),
    namedKeys: (ids) => readNamedKeys(client, ids),
    logs: async () =>
      (await client.logs({ limit: 500 })).map((line) => ({ ...line, at: Date.parse(line.at) })).reverse(),
    agents: () => client.agents(),
    clients: async () => (await client.clients()).map(clientRow),
    settings: () => client.settings(),
    usage: async () =>
      usageView(
        ...await Promise.all([
          client.series({ grain: "day", by: "client" }),
          client.series({ grain: "day", by: "project" }),
          client.clients(),
        ]),
        Date.now(),
      ),
    async totals(query) {
      const { requests, success, errors, tokens, cost, unpriced, complete, latency, kinds, histogram } =
        await client
          .requestTotals(queryOf(query));
      const steps = histogram.map(({ time, ...step }) => ({ time: Date.parse(time), ...step }));
      const median = latency.p50 === null ? {} : { medianMs: latency.p50 };
      return {
        requests,
        ok: success,
        errors,
        tokens: tokens.total,
        cost,
        unpriced,
        complete,
        kinds,
        steps,
        ...median,
      };
    },
    problems: () => problemGroups(client, Date.now()),
    usageChart: (query, now) => chartOf(client, query, now),
    callPaths: (span, now) => client.callPaths({ since: now - span }),
    async modelSpeeds() {
      const { modelStats } = await client.stats();
      return Object.fromEntries(
        Object.entries(modelStats).map(([model, { requests, latency, firstToken }]) => [
          model,
          { requests, totalMs: latency.p50, firstTokenMs: firstToken.p50 },
        ]),
      );
    },
    suggestions: async () => (await client.pool()).suggestions,
    accounts: () => client.accounts(),
  };
}

function callDetail({ bodies, ...call }: Awaited<ReturnType<LocalClient["request"]>>): CallDetail {
  return bodies === null ? callRow(call) : { ...callRow(call), bodies };
}

const DAY_MS = 86_400_000;
/** Records of one reason that are looked at. */
const MOST_OF_A_REASON = 200;

/** The reasons that came up in the last day, each with its newest records. */
async function problemGroups(client: LocalClient, now: number): Promise<readonly ProblemGroup[]> {
  const since = now - DAY_MS;
  const hours = await client.series({ grain: "hour", by: "class", since });
  const reasons = new Set(hours.flatMap(({ values }) => Object.keys(values)));
  for (const none of ["ok", "cancelled", "client_gone"]) reasons.delete(none);
  const groups = await Promise.all([...reasons].map(async (reason) => {
    const query = { class: reason, since, limit: MOST_OF_A_REASON } as NonNullable<
      Parameters<LocalClient["requests"]>[0]
    >;
    const { items, cursor } = requestsView(await client.requests(query));
    return groupsOf(reason, items, cursor !== "");
  }));
  return groups.flat().sort((a, b) => b.last - a.last);
}

/** What people call the ids of a dimension. */
async function namesOf(
  client: LocalClient,
  by: UsageQuery["by"],
  points: readonly SeriesPoint[],
): Promise<ReadonlyMap<string, string>> {
  if (by === "client") return new Map((await client.clients()).map(({ id, name }) => [id, name]));
  if (by !== "key" && by !== "project") return new Map();
  // A project that is only known as one key has that key's id.
  const ids = new Set(points.flatMap(({ values }) => Object.keys(values)));
  return new Map((await readNamedKeys(client, [...ids])).map((key) => [key.id, keyName(key)]));
}

async function chartOf(client: LocalClient, query: UsageQuery, now: number): Promise<UsageChart> {
  const span = query.until - query.since;
  const until = query.range === "own" ? query.until : now;
  const since = until - span;
  const { by, measure } = query;
  const grain = grainOf({ since, until });
  const dimension = by === "kind" ? "total" : by;
  const [shown, then] = await Promise.all([
    client.series({ grain, by: dimension, since, until }),
    client.series({ grain, by: dimension, since: since - span, until: since - 1 }),
  ]);
  const names = await namesOf(client, by, [...shown, ...then]);
  const [points, before] = by === "kind" ? [byKind(shown), byKind(then)] : [shown, then];
  const labels: Readonly<Record<string, string>> = { total: usageText.all, ...callClasses };
  const nameOf = (id: string) =>
    by === "kind" ? usageText.kinds[id] ?? id : names.get(id) ??
      (by === "class" || by === "total" ? labels[id] ?? callReasons[id] ?? id : id);
  return { since, until, ...usageChart(points, before, measure, nameOf) };
}

/** Keys that are named beside each model. */
const NAMED_KEYS = 100;

async function catalogView(client: LocalClient): Promise<CatalogView> {
  const [models, aliases, groups, fallbacks, settings] = await Promise.all([
    client.models({ keys: NAMED_KEYS }),
    client.aliases(),
    client.quotaGroups(),
    client.fallbacks(),
    client.settings(),
  ]);
  const served = new Set(models.entries.map(({ id }) => id));
  const unserved = (names: readonly string[]) => names.filter((name) => !served.has(name));
  const seen = (updatedAt: string | null) => updatedAt === null ? {} : { updatedAt };
  return {
    models: matrixModels(models),
    aliases: aliases.map(({ name, target, updatedAt, resolves }) => ({
      name,
      models: [target],
      unserved: resolves === null ? [target] : [],
      updatedAt,
    })),
    groups: groups.map(({ name, models, updatedAt }) => ({
      name,
      models,
      unserved: unserved(models),
      ...seen(updatedAt),
    })),
    fallbacks: fallbacks.map(({ model, to, updatedAt }) => ({
      name: model,
      models: to,
      unserved: unserved(to),
      updatedAt,
    })),
    rules: filledRules(settings.modelRules),
  };
}

/** Both halves over one client. */
export function createDashboardData(client: LocalClient): DashboardData {
  return { ...createLiveData(client), ...createConfigurationData(client) };
}

/** Rows of the configuration, apart from those of the first page. */

function matrixModels({ entries }: Models): readonly MatrixModel[] {
  return entries.filter(({ aliasOf }) => aliasOf === undefined).map(
    ({ displayName, inputTokenLimit, outputTokenLimit, modalities, price, variantOf, ...model }) => ({
      ...model,
      ...modalities,
      name: displayName,
      inputLimit: inputTokenLimit,
      outputLimit: outputTokenLimit,
      ...given({ price, variantOf }),
    }),
  );
}

function clientRow(client: ClientView): ClientRow {
  const { id, name, tail, status, createdAt, updatedAt, allowModels = [], usage } = client;
  return {
    id,
    name,
    tail,
    status,
    updatedAt,
    allowModels,
    createdAt: Date.parse(createdAt),
    requests: usage?.requests ?? 0,
    tokens: usage?.tokens.total ?? 0,
    cost: usage?.cost ?? 0,
    ...given({
      budget: client.budget,
      requestsPerMinute: client.requestsPerMinute,
      expiresAt: msOf(client.expiresAt),
    }),
  };
}

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
  return { clients: used, projects };
}
