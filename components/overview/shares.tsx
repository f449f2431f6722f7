import { MOST_RECENT, type StatsView } from "./read_overview.ts";
import { ago, percent, shortNumber } from "../shared/format.ts";
import { useNow } from "../shared/live/now.ts";
import { overviewText } from "./words.ts";
import { Card, Empty } from "../shared/ui/card.tsx";
import { Meter } from "../shared/ui/meter.tsx";
import type { AgentNow } from "./agents_now.ts";

const words = overviewText;
/** Rows of a list; the others are counted. */
const MOST = 6;

/** The models that requests went to. */
export function ModelShares({ models }: { models: StatsView["models"] }) {
  const total = models.reduce((sum, row) => sum + row.requests, 0);
  return (
    <Card title={words.distribution} note={total === 0 ? undefined : words.total}>
      {total === 0 ? <Empty icon="models" title={words.distributionEmpty} /> : (
        <ul class="grid gap-3">
          {models.slice(0, MOST).map((row) => (
            <li key={row.model} class="grid gap-1">
              <div class="num flex justify-between gap-3">
                <span class="truncate">{row.model}</span>
                <span class="text-mute">{shortNumber(row.requests)} · {percent(row.requests / total)}</span>
              </div>
              <Meter
                share={row.requests / total}
                tone="accent"
                label={`${row.model}: ${percent(row.requests / total)}`}
              />
            </li>
          ))}
          {models.length > MOST && <li class="text-xs text-mute">{words.more(models.length - MOST)}</li>}
        </ul>
      )}
    </Card>
  );
}

/** The agents that call now. */
export function AgentList({ agents, whole }: {
  agents: readonly AgentNow[];
  /** False when there were more calls than are looked back on. */
  whole: boolean;
}) {
  const now = useNow();
  return (
    <Card title={words.agents} note={agents.length === 0 ? undefined : words.agentsNote(whole, MOST_RECENT)}>
      {agents.length === 0
        ? (
          <Empty icon="playground" title={words.agentsEmpty}>
            <p>{words.agentsEmptyDetail}</p>
            <a class="btn mt-3" href="/dashboard/setup">{words.connectAgent}</a>
          </Empty>
        )
        : (
          <ul class="divide-y divide-line">
            {agents.slice(0, MOST).map((row) => (
              <li key={row.agent} class="flex items-baseline justify-between gap-3 py-2 first:pt-0 last:pb-0">
                <div class="min-w-0">
                  <p class="truncate font-medium">{row.agent}</p>
                  <p class="truncate text-xs text-mute">{row.model}</p>
                </div>
                <div class="num shrink-0 text-end">
                  <p>{words.calls(row.calls)}</p>
                  <p class="text-xs text-mute">{words.tokens(row.tokens)} · {ago(row.lastAt, now)}</p>
                </div>
              </li>
            ))}
          </ul>
        )}
      {agents.length > MOST && <p class="pt-3 text-xs text-mute">{words.more(agents.length - MOST)}</p>}
    </Card>
  );
}
