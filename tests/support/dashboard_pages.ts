/** Every page of the dashboard, by the name of its screenshot. */
export const DASHBOARD_PAGES: Readonly<Record<string, string>> = {
  overview: "/dashboard",
  quotas: "/dashboard/quotas",
  keys: "/dashboard/keys",
  requests: "/dashboard/requests",
  flow: "/dashboard/flow",
  logs: "/dashboard/logs",
  models: "/dashboard/models",
  playground: "/dashboard/playground",
  setup: "/dashboard/setup",
  settings: "/dashboard/settings",
};
