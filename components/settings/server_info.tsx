import type { HealthView, SettingsView } from "../data/views.ts";
import { byteSize, duration, wholeNumber } from "../format.ts";
import { useNow } from "../live/now.ts";
import { keysText } from "../text/keys.ts";
import { settingsText } from "../text/settings.ts";
import { Card } from "../ui/card.tsx";

const words = settingsText;
/** Settings that are times, in milliseconds. */
const TIME_REGEXP = /^(timeout|queueMaxWait|.*Interval$)/;

function shown(name: string, value: unknown): string {
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "number") {
    if (TIME_REGEXP.test(name)) return span(value);
    return name.endsWith("Bytes") ? byteSize(value) : wholeNumber(value);
  }
  if (Array.isArray(value)) return value.map((item) => keysText.sources[item] ?? String(item)).join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).map(([key, item]) => `${key} ${item}`).join(", ");
  }
  return String(value);
}

/** A time that somebody set: without the smaller unit where that is nothing. */
function span(ms: number): string {
  return duration(ms).replace(/ (00 s|0 min|0 h)$/, "");
}

/** `timeoutReadStreaming` -> `Timeout read streaming`, for a setting that has no words of its own. */
function spoken(name: string): string {
  const own = words.settings[name];
  if (own !== undefined) return own;
  const spaced = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
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
    ...Object.entries(settings.running).map(([name, value]) =>
      [spoken(name), name === "port" ? String(value) : shown(name, value)] as const
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
