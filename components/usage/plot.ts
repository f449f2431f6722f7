import uPlot from "uplot";
import { CLOCK_HOUR, CLOCK_LOCALE } from "../shared/format.ts";
import type { UsageChart } from "./chart_data.ts";
import { colourOf } from "./colour.ts";

export interface PlotOptions {
  readonly stacked: boolean;
  readonly format: (value: number) => string;
  /** Values are counts: no mark of the axis is a fraction. */
  readonly whole: boolean;
  /** Told of the step under the pointer; undefined outside. */
  readonly onHover: (index: number | undefined) => void;
  /** Told of the span that was dragged over, epoch milliseconds. */
  readonly onZoom: (since: number, until: number) => void;
  /** Told of a click: the step, and the value at the height of the pointer. */
  readonly onPick: (index: number, value: number) => void;
}

const HEIGHT = 280;
/** Steps between the marks of an axis of counts: 1, 2 and 5 times a power of ten. */
const WHOLE_STEPS = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power))
  .flat();

/** Each line upon those before it. */
function stack({ lines, times }: UsageChart): number[][] {
  const sums = times.map(() => 0);
  return lines.map(({ values }) =>
    values.map((value, index) => sums[index] = (sums[index] ?? 0) + (value ?? 0))
  );
}

function dataOf(chart: UsageChart, stacked: boolean): uPlot.AlignedData {
  const times = chart.times.map((time) => time / 1_000);
  const rows = stacked ? stack(chart) : chart.lines.map(({ values }) => [...values]);
  // The highest is drawn first, so that the others lie upon it.
  return [times, ...rows.toReversed()] as uPlot.AlignedData;
}

function seriesOf(chart: UsageChart, stacked: boolean): uPlot.Series[] {
  const bars = uPlot.paths.bars?.({ size: [0.8, 60] });
  return chart.lines.map(({ name }, index) => {
    const colour = colourOf(index);
    return stacked
      ? {
        label: name,
        fill: colour,
        stroke: colour,
        width: 0,
        points: { show: false },
        ...(bars ? { paths: bars } : {}),
      }
      : { label: name, stroke: colour, width: 2, spanGaps: true };
  }).toReversed();
}

/** A mark on an axis of time whose marks are `stepMs` apart: "13:04", "13:04:30" below a minute, or "24 Nov" from a day on; the day below it where it is `first`. */
function axisTime(at: number, stepMs: number, first: boolean): string {
  const date = new Date(at);
  const day = date.toLocaleDateString(CLOCK_LOCALE, { day: "numeric", month: "short" });
  if (stepMs >= 86_400_000) return day;
  const second = stepMs < 60_000 ? { second: "2-digit" } as const : {};
  const time = date.toLocaleTimeString(CLOCK_LOCALE, { hour: CLOCK_HOUR, minute: "2-digit", ...second });
  return first ? `${time}\n${day}` : time;
}

/** The marks of time in the reader's form, with the day where one begins. */
function times(_plot: uPlot, marks: number[], _axis: number, _space: number, step: number): string[] {
  const day = (mark: number | undefined) => mark === undefined ? "" : new Date(mark * 1_000).toDateString();
  return marks.map((mark, index) =>
    axisTime(mark * 1_000, step * 1_000, day(mark) !== day(marks[index - 1]))
  );
}

/** Draws the chart into an element, as wide as it is; returns the way to take it out. Colours of the axes are the page's. */
export function drawPlot(element: HTMLElement, chart: UsageChart, options: PlotOptions): () => void {
  const style = getComputedStyle(document.documentElement);
  const [mute, line] = [style.getPropertyValue("--mute"), style.getPropertyValue("--line")];
  const axis = { stroke: mute, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  const plot = new uPlot(
    {
      width: Math.max(200, element.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false } },
      scales: {
        x: { range: () => [chart.since / 1_000, chart.until / 1_000] },
        y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.05 : 1] },
      },
      axes: [{ ...axis, values: times }, {
        ...axis,
        size: 64,
        ...(options.whole ? { incrs: WHOLE_STEPS } : {}),
        values: (_plot, values) => values.map(options.format),
      }],
      series: [{}, ...seriesOf(chart, options.stacked)],
      hooks: {
        setCursor: [(one) => options.onHover(one.cursor.idx ?? undefined)],
        setSelect: [(one) => {
          const { left, width } = one.select;
          if (width < 8) return;
          options.onZoom(one.posToVal(left, "x") * 1_000, one.posToVal(left + width, "x") * 1_000);
        }],
      },
    },
    dataOf(chart, options.stacked),
    element,
  );
  // The end of a drag is a click too.
  let pressedAt = 0;
  plot.over.addEventListener("pointerdown", (event) => pressedAt = event.clientX);
  plot.over.addEventListener("click", (event) => {
    const { idx, top } = plot.cursor;
    if (idx === null || idx === undefined || Math.abs(event.clientX - pressedAt) > 4) return;
    options.onPick(idx, plot.posToVal(top ?? 0, "y"));
  });
  plot.over.classList.add("cursor-pointer");
  const watcher = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT })
  );
  watcher.observe(element);
  return () => {
    watcher.disconnect();
    plot.destroy();
  };
}
