/** Every page of the dashboard, by the name of its screenshot. */
export const DASHBOARD_PAGES: Readonly<Record<string, string>> = {
  overview: "/dashboard",
  now: "/dashboard/now",
  problems: "/dashboard/problems",
  usage: "/dashboard/usage",
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

/** What opens on a page by its address alone, by the name of its screenshot. */
export const DASHBOARD_OPENED: Readonly<Record<string, string>> = {
  mini: "/dashboard/mini",
  "key-add": "/dashboard/keys?add",
  "key-signin": "/dashboard/keys?signin",
  "cap-form": "/dashboard/quotas?add",
  "setup-models": "/dashboard/setup?step=2",
  "setup-agents": "/dashboard/setup?step=3",
  "setup-call": "/dashboard/setup?step=4",
};
