import type { LocalClient } from "../../src/management/client.ts";
import type { Accounts, Agent, Settings } from "../../src/management/contract.ts";
import {
  bucketRow,
  callRow,
  capsView,
  clientRow,
  healthView,
  keyRow,
  matrixModels,
  requestsView,
  statsView,
} from "./rows.ts";
import { usageView } from "./usage_rows.ts";
import type {
  BucketRow,
  CallDetail,
  CapsView,
  CatalogView,
  ClientRow,
  HealthView,
  KeyRow,
  LogEntry,
  RequestsView,
  StatsView,
  SuggestionRow,
  TotalsView,
  UsageView,
} from "./views.ts";

/** What is asked again and again while a page is open. The API is the one source, so the dashboard, the command line and scripts show one number. */
export interface LiveData {
  health(): Promise<HealthView>;
  stats(): Promise<StatsView>;
  keys(): Promise<readonly KeyRow[]>;
  buckets(): Promise<readonly BucketRow[]>;
  caps(): Promise<CapsView>;
  /** `query` is the page's own query string: q, model, key, client, outcome, since, cursor, limit. */
  requests(query: string): Promise<RequestsView>;
  request(id: string): Promise<CallDetail | undefined>;
}

/** What changes only when somebody changes it, and the log. */
export interface ConfigurationData {
  /** The last lines, oldest first. */
  logs(): Promise<readonly LogEntry[]>;
  catalog(): Promise<CatalogView>;
  agents(): Promise<readonly Agent[]>;
  clients(): Promise<readonly ClientRow[]>;
  settings(): Promise<Settings>;
  /** Thirty days by client and by project. */
  usage(): Promise<UsageView>;
  /** `query` is that of the list, without its page. */
  totals(query: string): Promise<TotalsView>;
  suggestions(): Promise<readonly SuggestionRow[]>;
  accounts(): Promise<Accounts>;
}

/** All that the pages read. */
export interface DashboardData extends LiveData, ConfigurationData {}

/** The page's query string as the API's own; what it does not take is refused there. */
function queryOf(text: string): NonNullable<Parameters<LocalClient["requests"]>[0]> {
  return Object.fromEntries(new URLSearchParams(text)) as object;
}

/** The part that is read again and again. */
export function createLiveData(client: LocalClient): LiveData {
  return {
    health: async () => healthView(await client.health()),
    stats: async () => statsView(await client.stats()),
    keys: async () => (await client.keys()).map(keyRow),
    buckets: async () => (await client.buckets()).map(bucketRow),
    caps: async () => capsView(...await Promise.all([client.caps(), client.capProgress()])),
    requests: async (query) => requestsView(await client.requests(queryOf(query))),
    async request(id) {
      const { bodies, ...call } = await client.request(id);
      return bodies === null ? callRow(call) : { ...callRow(call), bodies };
    },
  };
}

export function createConfigurationData(client: LocalClient): ConfigurationData {
  return {
    catalog: () => catalogView(client),
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
      const { requests, success, errors, tokens, cost, complete, latency } = await client.requestTotals(
        queryOf(query),
      );
      const median = latency.p50 === null ? {} : { medianMs: latency.p50 };
      return { requests, ok: success, errors, tokens: tokens.total, cost, complete, ...median };
    },
    suggestions: async () => (await client.pool()).suggestions,
    accounts: () => client.accounts(),
  };
}

async function catalogView(client: LocalClient): Promise<CatalogView> {
  const [models, aliases, groups, fallbacks, settings] = await Promise.all([
    client.models(),
    client.aliases(),
    client.quotaGroups(),
    client.fallbacks(),
    client.settings(),
  ]);
  const seen = (updatedAt: string | null) => updatedAt === null ? {} : { updatedAt };
  return {
    models: matrixModels(models),
    aliases: aliases.map(({ name, target, updatedAt }) => ({ name, models: [target], updatedAt })),
    groups: groups.map(({ name, models, updatedAt }) => ({ name, models, ...seen(updatedAt) })),
    fallbacks: fallbacks.map(({ model, to, updatedAt }) => ({ name: model, models: to, updatedAt })),
    rules: {
      allowModels: settings.modelRules.allowModels ?? [],
      denyModels: settings.modelRules.denyModels ?? [],
    },
  };
}

/** Both halves over one client. */
export function createDashboardData(client: LocalClient): DashboardData {
  return { ...createLiveData(client), ...createConfigurationData(client) };
}
