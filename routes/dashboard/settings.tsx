import { readHealth } from "../../components/shared/health.ts";
import { readClients } from "../../components/settings/read_clients.ts";
import { page } from "fresh";
import { connectionView } from "../../components/shared/connection/connection_view.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { settingsText } from "../../components/settings/words.ts";
import Settings from "../../islands/Settings.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url }) {
    const [clients, health, settings, connection] = await Promise.all([
      readClients(client),
      readHealth(client),
      client.settings(),
      connectionView(client, url),
    ]);
    return page({ clients, health, settings, connection });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={settingsText.title} lead={settingsText.lead} />
    <Settings {...data} />
  </>
));
