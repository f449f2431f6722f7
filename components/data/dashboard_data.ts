import { agentRows, catalogView, clientRows } from "./catalog_views.ts";
import { fields, list } from "./fields.ts";
import { type AskApi, createLiveData, type LiveData, readJson } from "./live_data.ts";
import { logEntry } from "./log_entries.ts";
import { totalsView } from "./request_totals.ts";
import { accountsView, suggestionRows, usageView } from "./usage_rows.ts";
import type {
  AccountsView,
  AgentRow,
  CatalogView,
  ClientRow,
  LogEntry,
  SettingsView,
  SuggestionRow,
  TotalsView,
  UsageView,
} from "./views.ts";

/** What changes only when somebody changes it, and the log. */
export interface ConfigurationData {
  /** The last lines, oldest first. */
  logs(): Promise<readonly LogEntry[]>;
  catalog(): Promise<CatalogView>;
  agents(): Promise<readonly AgentRow[]>;
  clients(): Promise<readonly ClientRow[]>;
  settings(): Promise<SettingsView>;
  /** Thirty days by client and by project. */
  usage(): Promise<UsageView>;
  /** `query` is that of the list, without its page. */
  totals(query: string): Promise<TotalsView>;
  suggestions(): Promise<readonly SuggestionRow[]>;
  accounts(): Promise<AccountsView>;
}

/** All that the pages read. */
export interface DashboardData extends LiveData, ConfigurationData {}

export function createConfigurationData(ask: AskApi): ConfigurationData {
  const get = async (path: string) => readJson(await ask(path));
  return {
    catalog: async () =>
      catalogView(
        ...await Promise.all([
          get("/api/models"),
          get("/api/aliases"),
          get("/api/quota-groups"),
          get("/api/fallbacks"),
          get("/api/settings"),
        ]),
      ),
    logs: async () =>
      list(await get("/api/logs?limit=500")).map(logEntry).filter((row) => row !== undefined).reverse(),
    agents: async () => agentRows(await get("/api/agents")),
    clients: async () => clientRows(await get("/api/clients")),
    settings: async () => fields(await get("/api/settings")),
    usage: async () => {
      const paths = ["/api/stats/series?grain=day&by=client", "/api/stats/series?grain=day&by=project"];
      const [clients, projects, known] = await Promise.all([...paths, "/api/clients"].map(get));
      return usageView(clients, projects, known, Date.now());
    },
    totals: async (query) => totalsView(await get(`/api/requests/totals${query === "" ? "" : `?${query}`}`)),
    suggestions: async () => suggestionRows(await get("/api/pool")),
    accounts: async () => accountsView(await get("/api/accounts")),
  };
}

/** Both halves over one way to ask. */
export function createDashboardData(ask: AskApi): DashboardData {
  return { ...createLiveData(ask), ...createConfigurationData(ask) };
}
