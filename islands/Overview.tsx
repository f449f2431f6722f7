import {
  MOST_RECENT,
  OVERVIEW_READS,
  type RecentCall,
  type StatsView,
} from "../components/overview/read_overview.ts";
import type { ConnectionView, KeyGlanceRow, OverviewView } from "../components/shared/views.ts";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ConnectionFold } from "../components/shared/connection/connection_fold.tsx";
import { percent, shortNumber, wholeNumber } from "../components/shared/format.ts";
import { useNow } from "../components/shared/live/now.ts";
import { useOverview } from "../components/shared/live/overview.ts";
import { useLiveRead } from "../components/shared/live/resource.ts";
import { useFreshCalls } from "../components/overview/fresh_calls.ts";
import { AttentionList, VerdictBanner } from "../components/shared/attention/attention_list.tsx";
import { KeyGlance } from "../components/overview/key_glance.tsx";

import { ModelBoard } from "../components/overview/model_board.tsx";
import { AgentList, ModelShares } from "../components/overview/shares.tsx";
import { TrafficChart } from "../components/overview/traffic_chart.tsx";
import { overviewText } from "../components/overview/words.ts";
import { Card } from "../components/shared/ui/card.tsx";
import { Figure } from "../components/shared/ui/figure.tsx";
import { agentsNow } from "../components/overview/agents_now.ts";
import { attentionRows } from "../components/shared/attention/attention_rows.ts";
import { keyRibbons } from "../components/overview/key_ribbon.ts";
import { advance, emptySeries, STEP_MS, type TrafficPoint } from "../components/overview/traffic_series.ts";

export interface OverviewProps {
  readonly overview: OverviewView;
  readonly stats: StatsView;
  readonly keys: readonly KeyGlanceRow[];
  readonly calls: readonly RecentCall[];
  readonly at: number;
  readonly connection: ConnectionView;
}

const words = overviewText;

/** The calls that are looked back on, and what they add up to on the chart. */
function useCalls({ calls: initial, at }: Pick<OverviewProps, "calls" | "at">) {
  const calls = useLiveRead(initial, OVERVIEW_READS.calls).value;
  const series = useSignal(advance(emptySeries(at), initial, at));
  useFreshCalls(initial, (fresh) => {
    calls.value = [...fresh.toReversed(), ...calls.value].slice(0, MOST_RECENT);
    series.value = advance(series.value, fresh, Date.now());
  });
  useEffect(() => {
    const timer = setInterval(() => series.value = advance(series.value, [], Date.now()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return { calls: calls.value, series: series.value };
}

/** One number of the strip under the chart. */
function Tile({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dd class="num text-lg font-semibold tracking-tight">{children}</dd>
      <dt class="text-xs text-mute">{label}</dt>
    </div>
  );
}

/** Sums over the last minute, that is the newer half of the chart, in the API's words: requests are answered, failed or left. */
function lastMinute(series: readonly TrafficPoint[]) {
  const half = series.slice(-30);
  const sum = (pick: (point: TrafficPoint) => number) =>
    half.reduce((total, point) => total + pick(point), 0);
  return {
    requests: sum(({ ok, failed, cancelled }) => ok + failed + cancelled),
    tokens: sum((point) => point.tokens),
  };
}

function Tiles({ overview, series }: { overview: OverviewView; series: readonly TrafficPoint[] }) {
  const minute = lastMinute(series);
  const { hour, calls } = overview;
  const asOf = Date.parse(overview.at);
  const rows = [
    [words.perMinute, wholeNumber(minute.requests)],
    [words.tokensPerMinute, shortNumber(minute.tokens)],
    [words.success, hour.failureRate === null ? "–" : percent(1 - hour.failureRate)],
    [words.refused, wholeNumber(hour.refused)],
    [words.running, wholeNumber(calls.running)],
    [words.queue, wholeNumber(calls.waiting)],
  ] as const;
  return (
    <dl class="mt-4 grid grid-cols-2 gap-4 border-t border-line pt-4 sm:grid-cols-3">
      {rows.map(([label, value]) => (
        <Tile key={label} label={label}>
          <Figure kind="measured" asOf={asOf}>{value}</Figure>
        </Tile>
      ))}
    </dl>
  );
}

/** Whether one can keep working, and until when; kept current by the event stream. */
export default function Overview(props: OverviewProps) {
  const now = useNow();
  const { overview, problem, stale, refresh } = useOverview(props.overview);
  const { calls, series } = useCalls(props);
  const stats = useLiveRead(props.stats, OVERVIEW_READS.stats);
  const keys = useLiveRead(props.keys, OVERVIEW_READS.keys);
  const rows = attentionRows(overview, keys.value.value);
  return (
    <div class="grid gap-4 lg:gap-5">
      <VerdictBanner overview={overview} calm={rows.length === 0} stale={stale} problem={problem} />
      <AttentionList rows={rows} />
      <ModelBoard overview={overview} refresh={refresh} />
      <div class="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
        <div class="grid gap-4 lg:gap-5">
          <Card title={words.traffic} note={words.trafficNote}>
            <TrafficChart points={series} />
            <Tiles overview={overview} series={series} />
          </Card>
          <ModelShares models={stats.value.value.models} />
        </div>
        <div class="grid gap-4 lg:gap-5">
          <KeyGlance
            keys={keys.value.value}
            total={overview.keys.total}
            ribbons={keyRibbons(calls)}
          />
          <AgentList
            agents={agentsNow(calls, now)}
            whole={calls.length < MOST_RECENT}
          />
          <ConnectionFold connection={props.connection} />
        </div>
      </div>
    </div>
  );
}
