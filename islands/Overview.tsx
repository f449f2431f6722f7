import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type {
  CallRecord,
  ConnectionView,
  KeyRow,
  OverviewView,
  StatsView,
} from "../components/data/views.ts";
import { ConnectionFold } from "../components/connection/connection_fold.tsx";
import { percent, shortNumber, wholeNumber } from "../components/format.ts";
import { data } from "../components/live/browser_api.ts";
import { useNow } from "../components/live/now.ts";
import { useOverview } from "../components/live/overview.ts";
import { useResource } from "../components/live/resource.ts";
import { useFreshCalls } from "../components/live/fresh_calls.ts";
import { AttentionList, VerdictBanner } from "../components/overview/attention_list.tsx";
import { KeyGlance } from "../components/overview/key_glance.tsx";
import { ModelBoard } from "../components/overview/model_board.tsx";
import { AgentList, ModelShares } from "../components/overview/shares.tsx";
import { TrafficChart } from "../components/overview/traffic_chart.tsx";
import { text } from "../components/text/shell.ts";
import { overviewText } from "../components/text/overview.ts";
import { Card, Problem } from "../components/ui/card.tsx";
import { Figure } from "../components/ui/figure.tsx";
import { agentsNow } from "../components/views/agents_now.ts";
import { attentionRows } from "../components/views/attention.ts";
import { keyRibbons } from "../components/views/key_ribbon.ts";
import { advance, emptySeries, STEP_MS, type TrafficPoint } from "../components/views/traffic_series.ts";

export interface OverviewProps {
  readonly overview: OverviewView;
  readonly stats: StatsView;
  readonly keys: readonly KeyRow[];
  readonly calls: readonly CallRecord[];
  readonly at: number;
  readonly connection: ConnectionView;
}

const words = overviewText;
const RECENT = "limit=300";

function useTraffic(initial: readonly CallRecord[], at: number) {
  const series = useSignal(advance(emptySeries(at), initial, at));
  useFreshCalls((fresh) => series.value = advance(series.value, fresh, Date.now()));
  useEffect(() => {
    const timer = setInterval(() => series.value = advance(series.value, [], Date.now()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return series;
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
  const { overview, problem, refresh } = useOverview(props.overview);
  const series = useTraffic(props.calls, props.at);
  const calls = useResource(
    props.calls,
    async () => (await data.requests(RECENT)).items,
    ["request"],
    10_000,
  );
  // A finished call is shown at once; its attempts come with the next reading.
  useFreshCalls((fresh) => calls.value.value = [...fresh, ...calls.value.value]);
  const stats = useResource(
    props.stats,
    data.stats,
    ["stats_update_full", "traffic_update", "request"],
    3_000,
  );
  const keys = useResource(props.keys, data.worstKeys, ["stats_update", "pool_update"], 3_000);
  const rows = attentionRows(overview, keys.value.value);
  return (
    <div class="grid gap-4 lg:gap-5">
      {problem && <Problem>{text.loadFailed(problem)}</Problem>}
      <VerdictBanner overview={overview} calm={rows.length === 0} />
      <AttentionList rows={rows} />
      <ModelBoard overview={overview} refresh={refresh} />
      <div class="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
        <div class="grid gap-4 lg:gap-5">
          <Card title={words.traffic} note={words.trafficNote}>
            <TrafficChart points={series.value} />
            <Tiles overview={overview} series={series.value} />
          </Card>
          <ModelShares models={stats.value.value.models} />
        </div>
        <div class="grid gap-4 lg:gap-5">
          <KeyGlance
            keys={keys.value.value}
            total={overview.keys.total}
            ribbons={keyRibbons(calls.value.value)}
          />
          <AgentList agents={agentsNow(calls.value.value, now)} />
          <ConnectionFold connection={props.connection} />
        </div>
      </div>
    </div>
  );
}
