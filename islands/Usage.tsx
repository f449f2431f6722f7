import { api } from "../components/shared/live/browser_api.ts";
import { readChart } from "../components/usage/read_chart.ts";
import { useSignal } from "@preact/signals";
import { useResource } from "../components/shared/live/resource.ts";
import { text } from "../components/shared/words.ts";
import { Card, Empty, Problem } from "../components/shared/ui/card.tsx";
import { Icon } from "../components/shared/ui/icon.tsx";
import { isAdditive, lineAt, type UsageChart } from "../components/usage/chart_data.ts";
import type { UsageQuery } from "../components/usage/query.ts";
import { amount, stepHref, UsageTable } from "../components/usage/usage_table.tsx";
import { usageText } from "../components/usage/words.ts";
import { useEffect, useRef } from "preact/hooks";
import type { PlotOptions } from "../components/usage/plot.ts";

const words = usageText;

export interface UsageProps {
  readonly query: UsageQuery;
  readonly chart: UsageChart;
}

function csvCell(value: string): string {
  // A sheet must not take a name for a formula.
  const safe = /^[=+@\t\r-]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function saveCsv(chart: UsageChart, query: UsageQuery): void {
  const head = ["time", ...chart.lines.map(({ name }) => csvCell(name))].join(",");
  const rows = chart.times.map((time, index) =>
    [new Date(time).toISOString(), ...chart.lines.map(({ values }) => String(values[index] ?? ""))].join(",")
  );
  const url = URL.createObjectURL(new Blob([[head, ...rows, ""].join("\n")], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `geminitro-${query.measure}-by-${query.by}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}

function addressOf(query: UsageQuery, change: Partial<Record<keyof UsageQuery, string>>): string {
  const { range, measure, by, since, until } = query;
  const own = (change.range ?? range) === "own" ? { since: String(since), until: String(until) } : {};
  // Only tokens are of several kinds: choosing those leads there, choosing another measure away.
  const kinds = change.by === "kind"
    ? { measure: "tokens" }
    : change.measure !== undefined && change.measure !== "tokens" && by === "kind"
    ? { by: "total" }
    : {};
  return `?${new URLSearchParams({ range, measure, by, ...own, ...change, ...kinds })}`;
}

function Choice({ name, label, value, options, query }: {
  name: "range" | "measure" | "by";
  label: string;
  value: string;
  options: Readonly<Record<string, string>>;
  query: UsageQuery;
}) {
  const shown = Object.entries(options).filter(([key]) => key !== "own" || value === "own");
  return (
    <select
      class="field !w-auto"
      name={name}
      aria-label={label}
      value={value}
      onChange={(event) => location.assign(addressOf(query, { [name]: event.currentTarget.value }))}
    >
      {shown.map(([key, text]) => <option key={key} value={key} selected={key === value}>{text}</option>)}
    </select>
  );
}

function Choices({ query, chart }: UsageProps) {
  return (
    <form method="get" class="mb-4 flex flex-wrap items-center gap-2">
      <Choice name="range" label={words.range} value={query.range} options={words.ranges} query={query} />
      <Choice
        name="measure"
        label={words.measure}
        value={query.measure}
        options={words.measures}
        query={query}
      />
      <Choice name="by" label={words.by} value={query.by} options={words.bys} query={query} />
      <noscript>
        <button type="submit" class="btn">{words.show}</button>
      </noscript>
      {query.range === "own" && (
        <a class="btn btn-quiet" href={addressOf(query, { range: "24h" })}>{words.zoomOut}</a>
      )}
      <button type="button" class="btn ms-auto" onClick={() => saveCsv(chart, query)}>
        <Icon name="download" />
        {words.csv}
      </button>
    </form>
  );
}

/** A measure over time, stacked by what used it, beside the span before; every choice is in the address. */
export default function Usage(props: UsageProps) {
  const { query } = props;
  const hovered = useSignal<number | undefined>(undefined);
  const chart = useResource(
    props.chart,
    () => readChart(api, query, Date.now()),
    query.range === "own" ? [] : ["request"],
    10_000,
  );
  const { value } = chart.value;
  const zoom = (since: number, until: number) =>
    location.assign(
      addressOf(query, { range: "own", since: String(Math.floor(since)), until: String(Math.ceil(until)) }),
    );
  const stacked = isAdditive(query.measure);
  const pick = (step: number, at: number) =>
    location.assign(stepHref(query, value, step, lineAt(value, step, at, stacked)));
  const title = words.chart(words.measures[query.measure], words.bys[query.by], words.ranges[query.range]);
  return (
    <>
      <Choices query={query} chart={value} />
      {chart.problem.value && <Problem>{text.loadFailed(chart.problem.value)}</Problem>}
      <Card title={title} flush>
        {value.lines.length === 0 ? <Empty icon="quotas" title={words.empty}>{words.emptyDetail}</Empty> : (
          <>
            <div class="px-3 pt-2 pb-4 sm:px-5">
              <UsagePlot
                chart={value}
                label={title}
                stacked={stacked}
                format={(one) => amount(query.measure, one)}
                whole={query.measure !== "cost"}
                onHover={(index) => hovered.value = index}
                onZoom={zoom}
                onPick={pick}
              />
            </div>
            <UsageTable chart={value} query={query} hovered={hovered.value} />
          </>
        )}
      </Card>
    </>
  );
}

/** The chart. Its library is loaded only with this page; until then, and without script, the table has all data. */
function UsagePlot({ chart, label, ...options }: PlotOptions & { chart: UsageChart; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let stop: (() => void) | undefined;
    let left = false;
    const draw = async () => {
      const { drawPlot } = await import("../components/usage/plot.ts");
      stop?.();
      if (!left && box.current) stop = drawPlot(box.current, chart, options);
    };
    void draw();
    const themes = new MutationObserver(() => void draw());
    themes.observe(document.documentElement, { attributeFilter: ["data-theme", "data-palette"] });
    return () => {
      left = true;
      themes.disconnect();
      stop?.();
    };
  }, [chart]);
  return <div ref={box} class="min-h-[280px] w-full overflow-hidden" role="img" aria-label={label} />;
}
