import { api } from "../components/shared/live/browser_api.ts";
import { readHealth } from "../components/shared/health.ts";
import { type ClientRow, readClients } from "../components/settings/read_clients.ts";
import type { ConnectionView, HealthView } from "../components/shared/views.ts";
import type { Settings as SettingsView } from "../src/management/contract.ts";
import { ConnectionCard } from "../components/shared/connection/connection_card.tsx";
import { useResource } from "../components/shared/live/resource.ts";
import { AlertTest } from "../components/settings/alert_test.tsx";
import { ClientTokens } from "../components/settings/client_tokens.tsx";
import { OwnerToken } from "../components/settings/owner_token.tsx";
import { SettingTable } from "../components/settings/setting_table.tsx";
import { Transfer } from "../components/settings/transfer.tsx";
import { text } from "../components/shared/words.ts";
import { Card, Problem } from "../components/shared/ui/card.tsx";
import { duration } from "../components/shared/format.ts";
import { useNow } from "../components/shared/live/now.ts";
import { settingsText } from "../components/settings/words.ts";

/** Clients and settings are changed elsewhere too: on the command line, by scripts. */
const EVERY_MS = 5_000;

export interface SettingsProps {
  readonly clients: readonly ClientRow[];
  readonly health: HealthView;
  readonly settings: SettingsView;
  readonly connection: ConnectionView;
}

/** Connection data, client tokens, and every setting with its meaning. */
export default function Settings(props: SettingsProps) {
  const clients = useResource(props.clients, () => readClients(api), ["request"], 2_000, EVERY_MS);
  const settings = useResource(props.settings, () => api.settings(), [], 2_000, EVERY_MS);
  const health = useResource(props.health, () => readHealth(api), ["pool_update"], 5_000);
  return (
    <div class="grid gap-4 lg:gap-5">
      {settings.problem.value && <Problem>{text.loadFailed(settings.problem.value)}</Problem>}
      <div class="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
        <div class="grid min-w-0 gap-4 lg:gap-5">
          <ClientTokens clients={clients.value.value} refresh={clients.refresh} />
          <OwnerToken settings={settings.value.value} refresh={settings.refresh} />
          <AlertTest settings={settings.value.value} />
        </div>
        <div class="grid min-w-0 gap-4 lg:gap-5">
          <ConnectionCard connection={props.connection} />
          <Transfer />
          <ServerInfo health={health.value.value} readAt={health.asOf.value} />
        </div>
      </div>
      <SettingTable settings={settings.value.value} refresh={settings.refresh} />
    </div>
  );
}

const words = settingsText;

/** The running release, and its uptime. */
function ServerInfo({ health, readAt }: { health: HealthView; readAt: number }) {
  const now = useNow();
  const rows = [
    [words.version, health.version],
    [words.uptime, duration(health.uptimeMs + Math.max(0, now - readAt))],
  ] as const;
  return (
    <Card title={words.server}>
      <dl class="grid grid-cols-[minmax(8rem,auto)_1fr] gap-x-6 gap-y-1.5">
        {rows.map(([name, value]) => (
          <>
            <dt class="text-mute">{name}</dt>
            <dd class="num min-w-0 break-words">{value}</dd>
          </>
        ))}
      </dl>
    </Card>
  );
}
