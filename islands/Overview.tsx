import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type {
  BucketRow,
  CallRecord,
  CapsView,
  HealthView,
  KeyRow,
  StatsView,
} from "../components/data/views.ts";
import { percent, shortNumber, wholeNumber } from "../components/format.ts";
import { data } from "../components/live/browser_api.ts";
import { useNow } from "../components/live/now.ts";
import { useResource } from "../components/live/resource.ts";
import { useFreshCalls } from "../components/live/fresh_calls.ts";
import { AttentionList } from "../components/overview/attention_list.tsx";
import { KeyGlance } from "../components/overview/key_glance.tsx";
import { QuotaList } from "../components/overview/quota_list.tsx";
import { AgentList, ModelShares } from "../components/overview/shares.tsx";
import { TrafficChart } from "../components/overview/traffic_chart.tsx";
import { text } from "../components/text/shell.ts";
import { overviewText } from "../components/text/overview.ts";
import { Card, Problem } from "../components/ui/card.tsx";
import { Figure } from "../components/ui/figure.tsx";
import { agentsNow } from "../components/views/agents_now.ts";
import { attentionRows } from "../components/views/attention.ts";
import { usableBuckets } from "../components/views/bucket_order.ts";
import { keyRibbons } from "../components/views/key_ribbon.ts";
import { modelQuotas } from "../components/views/model_quota.ts";
import { advance, emptySeries, STEP_MS, type TrafficPoint } from "../components/views/traffic_series.ts";

export interface OverviewProps {
  readonly health: HealthView;
  readonly stats: StatsView;
  readonly keys: readonly KeyRow[];
  readonly buckets: readonly BucketRow[];
  readonly caps: CapsView;
  readonly calls: readonly CallRecord[];
  readonly at: number;
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

/** Sums over the last minute, that is the newer half of the chart. */
function lastMinute(series: readonly TrafficPoint[]) {
  const half = series.slice(-30);
  const sum = (pick: (point: TrafficPoint) => number) =>
    half.reduce((total, point) => total + pick(point), 0);
  return { requests: sum((point) => point.ok + point.failed), tokens: sum((point) => point.tokens) };
}

function Tiles({ stats, health, series, asOf }: {
  stats: StatsView;
  health: HealthView;
  series: readonly TrafficPoint[];
  asOf: number;
}) {
  const minute = lastMinute(series);
  const success = stats.requests === 0 ? "–" : percent((stats.requests - stats.errors) / stats.requests);
  return (
    <dl class="mt-4 grid grid-cols-2 gap-4 border-t border-line pt-4 sm:grid-cols-4">
      <Tile label={words.perMinute}>
        <Figure kind="measured" asOf={asOf}>{wholeNumber(minute.requests)}</Figure>
      </Tile>
      <Tile label={words.tokensPerMinute}>
        <Figure kind="measured" asOf={asOf}>{shortNumber(minute.tokens)}</Figure>
      </Tile>
      <Tile label={words.success}>
        <Figure kind="measured" asOf={asOf}>{success}</Figure>
      </Tile>
      <Tile label={words.queue}>
        <Figure kind="measured" asOf={asOf}>{wholeNumber(health.queue.length)}</Figure>
      </Tile>
    </dl>
  );
}

/** Whether one can keep working, and until when; kept current by the event stream. */
export default function Overview(props: OverviewProps) {
  const now = useNow();
  const series = useTraffic(props.calls, props.at);
  const calls = useResource(props.calls, async () => (await data.requests(RECENT)).items, ["request"], 3_000);
  const health = useResource(props.health, data.health, ["pool_update", "traffic_update", "request"]);
  const stats = useResource(props.stats, data.stats, ["stats_update_full", "traffic_update", "request"]);
  const keys = useResource(props.keys, data.keys, ["stats_update", "pool_update"]);
  const buckets = useResource(props.buckets, data.buckets, ["pool_update", "traffic_update", "request"]);
  const caps = useResource(props.caps, data.caps, [
    "usage:cap-updated",
    "usage:cap-warning",
    "usage:cap-exceeded",
  ]);
  const facts = {
    keys: keys.value.value,
    buckets: buckets.value.value,
    caps: caps.value.value,
    health: health.value.value,
  };
  const usable = facts.keys.filter((key) => key.status === "active").length;
  return (
    <div class="grid gap-4 lg:gap-5">
      {keys.problem.value && <Problem>{text.loadFailed(keys.problem.value)}</Problem>}
      <AttentionList rows={attentionRows(facts, now)} usable={usable} />
      <div class="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
        <div class="grid gap-4 lg:gap-5">
          <QuotaList rows={modelQuotas(usableBuckets(facts.buckets, facts.keys), now)} />
          <KeyGlance keys={facts.keys} ribbons={keyRibbons(calls.value.value)} />
        </div>
        <div class="grid gap-4 lg:gap-5">
          <Card title={words.traffic} note={words.trafficNote}>
            <TrafficChart points={series.value} />
            <Tiles
              stats={stats.value.value}
              health={facts.health}
              series={series.value}
              asOf={stats.asOf.value}
            />
          </Card>
          <AgentList agents={agentsNow(calls.value.value, now)} />
          <ModelShares models={stats.value.value.models} />
        </div>
      </div>
    </div>
  );
}
