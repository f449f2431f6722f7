import type { ConnectionView } from "../views.ts";
import { DEFAULT_PROXY_API_KEY } from "../../../src/config/mod.ts";
import type { LocalClient } from "../../../src/management/client.ts";
import { readCatalog } from "../models/read_catalog.ts";
import { chatModels } from "../models/chat_models.ts";

/** The connection data for clients; for the server only. The token is shown only while it is the default. */
export async function connectionView(client: LocalClient, url: URL): Promise<ConnectionView> {
  const [settings, catalog] = await Promise.all([client.settings(), readCatalog(client)]);
  return {
    root: url.origin,
    knownToken: settings.running["proxyApiKeyIsDefault"] === true ? DEFAULT_PROXY_API_KEY : "",
    models: chatModels(catalog.models),
  };
}
