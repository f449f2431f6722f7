import { ConnectionCard } from "../components/connection/connection_card.tsx";
import type { ClientRow, ConnectionView, HealthView, SettingsView } from "../components/data/views.ts";
import { data } from "../components/live/browser_api.ts";
import { configuration } from "../components/live/configuration.ts";
import { useResource } from "../components/live/resource.ts";
import { AlertTest } from "../components/settings/alert_test.tsx";
import { ClientTokens } from "../components/settings/client_tokens.tsx";
import { OwnerToken } from "../components/settings/owner_token.tsx";
import { ServerInfo } from "../components/settings/server_info.tsx";
import { SettingTable } from "../components/settings/setting_table.tsx";
import { Transfer } from "../components/settings/transfer.tsx";
import { text } from "../components/text/shell.ts";
import { Problem } from "../components/ui/card.tsx";

/** Clients and settings are changed elsewhere too: on the command line, by scripts. */
const EVERY_MS = 5_000;

export interface SettingsProps {
  readonly clients: readonly ClientRow[];
  readonly health: HealthView;
  readonly settings: SettingsView;
  readonly connection: ConnectionView;
}

/** How clients connect, who may, and every setting with what it means. */
export default function Settings(props: SettingsProps) {
  const clients = useResource(props.clients, configuration.clients, ["request"], 2_000, EVERY_MS);
  const settings = useResource(props.settings, configuration.settings, [], 2_000, EVERY_MS);
  const health = useResource(props.health, data.health, ["pool_update"], 5_000);
  return (
    <div class="grid gap-4 lg:gap-5">
      {settings.problem.value && <Problem>{text.loadFailed(settings.problem.value)}</Problem>}
      <div class="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
        <div class="grid min-w-0 gap-4 lg:gap-5">
          <ClientTokens clients={clients.value.value} refresh={clients.refresh} />
          <OwnerToken settings={settings.value.value} refresh={settings.refresh} />
        </div>
        <div class="grid min-w-0 gap-4 lg:gap-5">
          <ConnectionCard connection={props.connection} />
          <AlertTest settings={settings.value.value} />
          <Transfer />
          <ServerInfo health={health.value.value} readAt={health.asOf.value} />
        </div>
      </div>
      <SettingTable settings={settings.value.value} refresh={settings.refresh} />
    </div>
  );
}
