import { overviewText } from "../text/overview.ts";
import { text } from "../text/shell.ts";
import { niceMax, type TrafficPoint } from "../views/traffic_series.ts";

const WIDTH = 600;
const HEIGHT = 100;

type Pick = (point: TrafficPoint) => number;

const all: Pick = (point) => point.ok + point.failed;
const failed: Pick = (point) => point.failed;
const nothing: Pick = () => 0;

function area(points: readonly TrafficPoint[], upper: Pick, lower: Pick, max: number): string {
  const x = (index: number) => (index * WIDTH / (points.length - 1)).toFixed(1);
  const y = (value: number) => (HEIGHT - value / max * HEIGHT).toFixed(1);
  const there = points.map((point, index) => `${x(index)},${y(upper(point))}`);
  const back = points.map((point, index) => `${x(index)},${y(lower(point))}`).reverse();
  return `M${there.join("L")}L${back.join("L")}Z`;
}

function Plot({ points, max }: { points: readonly TrafficPoint[]; max: number }) {
  const sum = (pick: Pick) => points.reduce((total, point) => total + pick(point), 0);
  const lines = [0.5, HEIGHT / 2, HEIGHT - 0.5];
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      class="h-40 w-full [&_*]:[vector-effect:non-scaling-stroke]"
      role="img"
      aria-label={overviewText.chartLabel(sum((point) => point.ok), sum(failed))}
    >
      {lines.map((y) => (
        <line
          key={y}
          x1={0}
          x2={WIDTH}
          y1={y}
          y2={y}
          class="stroke-line"
          stroke-width="1"
        />
      ))}
      <path d={area(points, all, failed, max)} class="fill-accent/20 stroke-accent" stroke-width="1.5" />
      {sum(failed) > 0 && (
        <path
          d={area(points, failed, nothing, max)}
          class="fill-bad-fill/50 stroke-bad-fill"
          stroke-width="1"
        />
      )}
    </svg>
  );
}

function Legend() {
  return (
    <figcaption class="col-start-2 mt-1 flex items-center gap-4 text-xs text-mute">
      <span>{overviewText.chartStart}</span>
      <span class="mx-auto inline-flex items-center gap-1.5">
        <span class="size-2 rounded-sm bg-accent" aria-hidden="true" />
        {overviewText.answered}
        <span class="ms-2 size-2 rounded-sm bg-bad-fill" aria-hidden="true" />
        {overviewText.failed}
      </span>
      <span>{text.now}</span>
    </figcaption>
  );
}

/** Requests over the last two minutes, failed ones at the foot; drawn on the server too, so it stands before any script. */
export function TrafficChart({ points }: { points: readonly TrafficPoint[] }) {
  const max = niceMax(Math.max(...points.map(all)));
  return (
    <figure class="grid grid-cols-[auto_1fr] gap-x-3 pt-2">
      <div
        class="num flex flex-col justify-between text-end text-xs leading-none text-mute"
        aria-hidden="true"
      >
        <span>{max}</span>
        <span>{max / 2}</span>
        <span>0</span>
      </div>
      <Plot points={points} max={max} />
      <Legend />
    </figure>
  );
}
