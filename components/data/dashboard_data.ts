import type { LocalClient } from "../../src/management/client.ts";
import type { Accounts, Agent, Settings } from "../../src/management/contract.ts";
import { createLiveData, type LiveData, queryOf } from "./live_data.ts";
import { clientRow, matrixModels } from "./rows.ts";
import { usageView } from "./usage_rows.ts";
import type { CatalogView, ClientRow, LogEntry, SuggestionRow, TotalsView, UsageView } from "./views.ts";

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
