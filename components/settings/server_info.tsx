import type { HealthView } from "../data/views.ts";
import { duration } from "../format.ts";
import { useNow } from "../live/now.ts";
import { Card } from "../ui/card.tsx";
import { settingsText } from "./words.ts";

const words = settingsText;

/** Which release runs, and for how long. */
export function ServerInfo({ health, readAt }: { health: HealthView; readAt: number }) {
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
