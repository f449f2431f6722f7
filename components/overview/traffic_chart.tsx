import { text } from "../text/shell.ts";
import { overviewText } from "../text/overview.ts";
import { niceMax, type TrafficPoint } from "../views/traffic_series.ts";

const WIDTH = 720;
const HEIGHT = 190;
const LEFT = 34;
const BOTTOM = 20;
const TOP = 8;

type Pick = (point: TrafficPoint) => number;

function area(points: readonly TrafficPoint[], upper: Pick, lower: Pick, max: number): string {
  const x = (index: number) => (LEFT + index * (WIDTH - LEFT) / (points.length - 1)).toFixed(1);
  const y = (value: number) => (HEIGHT - BOTTOM - value / max * (HEIGHT - BOTTOM - TOP)).toFixed(1);
  const there = points.map((point, index) => `${x(index)},${y(upper(point))}`);
  const back = points.map((point, index) => `${x(index)},${y(lower(point))}`).reverse();
  return `M${there.join("L")}L${back.join("L")}Z`;
}

const all: Pick = (point) => point.ok + point.failed;
const failed: Pick = (point) => point.failed;

function Axis({ max }: { max: number }) {
  return (
    <>
      {[0, max / 2, max].map((value) => {
        const y = HEIGHT - BOTTOM - value / max * (HEIGHT - BOTTOM - TOP);
        return (
          <g key={value}>
            <line x1={LEFT} x2={WIDTH} y1={y} y2={y} class="stroke-line" stroke-width="1" />
            <text x={LEFT - 8} y={y + 3.5} text-anchor="end" class="num fill-mute text-[11px]">{value}</text>
          </g>
        );
      })}
      <text x={LEFT} y={HEIGHT - 4} class="fill-mute text-[11px]">−2 min</text>
      <text x={WIDTH} y={HEIGHT - 4} text-anchor="end" class="fill-mute text-[11px]">{text.now}</text>
    </>
  );
}

/** Requests over the last two minutes, failed ones at the foot; drawn on the server too, so it stands before any script. */
export function TrafficChart({ points }: { points: readonly TrafficPoint[] }) {
  const max = niceMax(Math.max(...points.map(all)));
  const sum = (pick: Pick) => points.reduce((total, point) => total + pick(point), 0);
  return (
    <figure>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        class="block w-full"
        role="img"
        aria-label={overviewText.chartLabel(sum((point) => point.ok), sum(failed))}
      >
        <Axis max={max} />
        <path d={area(points, all, failed, max)} class="fill-accent/20 stroke-accent" stroke-width="1.5" />
        <path
          d={area(points, failed, () => 0, max)}
          class="fill-bad-fill/50 stroke-bad-fill"
          stroke-width="1"
        />
      </svg>
      <figcaption class="mt-1 flex gap-4 text-xs text-mute">
        <span class="inline-flex items-center gap-1.5">
          <span class="size-2 rounded-sm bg-accent" aria-hidden="true" />
          {overviewText.answered}
        </span>
        <span class="inline-flex items-center gap-1.5">
          <span class="size-2 rounded-sm bg-bad-fill" aria-hidden="true" />
          {overviewText.failed}
        </span>
      </figcaption>
    </figure>
  );
}
