import type { HealthView, SettingsView } from "../data/views.ts";
import { fields } from "../data/fields.ts";
import { duration } from "../format.ts";
import { useNow } from "../live/now.ts";
import { settingsText } from "../text/settings.ts";
import { Card } from "../ui/card.tsx";

const words = settingsText;
/** Settings that are times, in milliseconds. */
const TIME_REGEXP = /^(timeout|queueMaxWait|.*Interval$)/;

function shown(name: string, value: unknown): string {
  if (typeof value === "number" && TIME_REGEXP.test(name)) return duration(value);
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).map(([key, item]) => `${key} ${item}`).join(", ");
  }
  return String(value);
}

/** `timeoutReadStreaming` -> `timeout read streaming`. */
function spoken(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** What this server is, and every setting in force. */
export function ServerInfo({ health, settings, readAt }: {
  health: HealthView;
  settings: SettingsView;
  readAt: number;
}) {
  const now = useNow();
  const rows: readonly (readonly [string, string])[] = [
    [words.version, health.version],
    [words.uptime, duration(health.uptimeMs + Math.max(0, now - readAt))],
    ...Object.entries(fields(settings["running"])).map(([name, value]) =>
      [spoken(name), shown(name, value)] as const
    ),
  ];
  return (
    <Card title={words.server} note={words.settingsNote}>
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
