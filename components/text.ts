import { keys } from "./text/keys.ts";
import { models, playground } from "./text/models.ts";
import { attention, overview } from "./text/overview.ts";
import { quotas } from "./text/quotas.ts";
import { flow, logs, requests } from "./text/requests.ts";
import { settings, setup } from "./text/settings.ts";
import { shell } from "./text/shell.ts";

/** Every English sentence of the dashboard; nothing else holds any. */
export const text = {
  ...shell,
  attention,
  overview,
  quotas,
  keys,
  requests,
  flow,
  logs,
  models,
  playground,
  settings,
  setup,
} as const;
