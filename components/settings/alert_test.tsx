import type { Settings as SettingsView } from "../../src/management/contract.ts";
import { attempt } from "../shared/live/attempt.ts";
import { api } from "../shared/live/browser_api.ts";
import { Card } from "../shared/ui/card.tsx";
import { settingsText } from "./words.ts";

const words = settingsText;

async function testAlert(): Promise<void> {
  const { ok, reason } = await api.testAlert();
  if (!ok) throw new Error(reason);
}

/** The webhook of alerts, and a button to test it. */
export function AlertTest({ settings }: { settings: SettingsView }) {
  const isSet = settings.running["alertWebhook"] === true;
  return (
    <Card title={words.alerts}>
      <p class="mb-3 text-mute">{isSet ? words.alertsLead : words.alertNone}</p>
      <button type="button" class="btn" disabled={!isSet} onClick={() => attempt(testAlert, words.alertSent)}>
        {words.alertTest}
      </button>
    </Card>
  );
}
