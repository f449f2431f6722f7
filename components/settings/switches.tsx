import type { SettingsView } from "../data/views.ts";
import { api, messageOf } from "../live/browser_api.ts";
import { say } from "../live/toasts.ts";
import { settingsText } from "../text/settings.ts";
import { Card } from "../ui/card.tsx";

const words = settingsText;

async function attempt(task: () => Promise<unknown>, done: string): Promise<void> {
  await task().then(
    () => say(done, { tone: "good" }),
    (error) => say(messageOf(error), { tone: "bad", ms: 10_000 }),
  );
}

async function testAlert(): Promise<void> {
  const { ok, reason } = await api.testAlert();
  if (!ok) throw new Error(reason);
}

/** Updates at start; kept in the database, so it holds for every process. */
export function UpdateSwitch(
  { settings, refresh }: { settings: SettingsView; refresh: () => Promise<void> },
) {
  const isOn = settings["autoUpdate"] === true;
  const toggle = async () => {
    await attempt(() => api.changeSettings({ autoUpdate: !isOn }), words.saved);
    await refresh();
  };
  return (
    <Card title={words.updates}>
      <label class="flex items-center gap-3">
        <input type="checkbox" class="size-4 accent-(--accent)" checked={isOn} onChange={toggle} />
        {words.autoUpdate}
      </label>
    </Card>
  );
}

/** Where alerts go, and a button that proves it. */
export function AlertTest({ settings }: { settings: SettingsView }) {
  const isSet = settings.running["alertWebhook"] === true;
  return (
    <Card title={words.alerts}>
      <p class="mb-3 text-mute">{isSet ? words.alertsLead : words.alertNone}</p>
      <button
        type="button"
        class="btn"
        disabled={!isSet}
        onClick={() => attempt(testAlert, words.alertSent)}
      >
        {words.alertTest}
      </button>
    </Card>
  );
}
