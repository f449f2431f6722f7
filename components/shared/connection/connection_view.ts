import { DEFAULT_PROXY_API_KEY } from "../../../src/config/mod.ts";
import type { DashboardData } from "../data/dashboard_data.ts";
import type { ConnectionView } from "../data/views.ts";
import { chatModels } from "../models/chat_models.ts";

/** How a client reaches the proxy; for the server alone. A token is told only while it is the one that everybody knows. */
export async function connectionView(data: DashboardData, url: URL): Promise<ConnectionView> {
  const [settings, catalog] = await Promise.all([data.settings(), data.catalog()]);
  return {
    root: url.origin,
    knownToken: settings.running["proxyApiKeyIsDefault"] === true ? DEFAULT_PROXY_API_KEY : "",
    models: chatModels(catalog.models),
  };
}
