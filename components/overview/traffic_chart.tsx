import { overviewText } from "./words.ts";
import { callEnds, text } from "../shared/words.ts";
import { niceMax, type TrafficPoint } from "./traffic_series.ts";

const WIDTH = 600;
const HEIGHT = 100;

type Pick = (point: TrafficPoint) => number;
type Part = "failed" | "refused" | "cancelled" | "ok";

/** From the bottom up, so that failures are at the axis. */
const PARTS: readonly { readonly part: Part; readonly paint: string; readonly dot: string }[] = [
  { part: "failed", paint: "fill-bad-fill/50 stroke-bad-fill", dot: "bg-bad-fill" },
  { part: "refused", paint: "fill-refused-fill/50 stroke-refused-fill", dot: "bg-refused-fill" },
  { part: "cancelled", paint: "fill-edge/40 stroke-edge", dot: "bg-edge" },
  { part: "ok", paint: "fill-accent/20 stroke-accent", dot: "bg-accent" },
];

/** The sum of a part and of those below it. */
function upTo(count: number): Pick {
  const below = PARTS.slice(0, count);
  return (point) => below.reduce((total, { part }) => total + point[part], 0);
}

function area(points: readonly TrafficPoint[], upper: Pick, lower: Pick, max: number): string {
  const x = (index: number) => (index * WIDTH / (points.length - 1)).toFixed(1);
  const y = (value: number) => (HEIGHT - value / max * HEIGHT).toFixed(1);
  const there = points.map((point, index) => `${x(index)},${y(upper(point))}`);
  const back = points.map((point, index) => `${x(index)},${y(lower(point))}`).reverse();
  return `M${there.join("L")}L${back.join("L")}Z`;
}

function sumsOf(points: readonly TrafficPoint[]): Readonly<Record<Part, number>> {
  const sum = (part: Part) => points.reduce((total, point) => total + point[part], 0);
  return { ok: sum("ok"), failed: sum("failed"), cancelled: sum("cancelled"), refused: sum("refused") };
}

function Plot({ points, max }: { points: readonly TrafficPoint[]; max: number }) {
  const sums = sumsOf(points);
  // The step that runs is not whole yet: drawn, it would look like a fall to nothing.
  const whole = points.slice(0, -1);
  const lines = [0.5, HEIGHT / 2, HEIGHT - 0.5];
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      class="h-40 w-full [&_*]:[vector-effect:non-scaling-stroke]"
      role="img"
      aria-label={overviewText.chartLabel(sums)}
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
      {PARTS.map(({ part, paint }, index) =>
        sums[part] > 0 && (
          <path
            key={part}
            d={area(whole, upTo(index + 1), upTo(index), max)}
            class={paint}
            stroke-width="1.5"
          />
        )
      )}
    </svg>
  );
}

function Legend({ sums }: { sums: Readonly<Record<Part, number>> }) {
  const shown = PARTS.filter(({ part }) => part === "ok" || part === "failed" || sums[part] > 0);
  return (
    <figcaption class="col-start-2 mt-1 flex flex-wrap items-center justify-between gap-x-4 text-xs text-mute">
      <span>{overviewText.chartStart}</span>
      <span class="inline-flex flex-wrap items-center gap-x-3 max-sm:order-last max-sm:w-full">
        {shown.toReversed().map(({ part, dot }) => (
          <span key={part} class="inline-flex items-center gap-1.5">
            <span class={`size-2 rounded-sm ${dot}`} aria-hidden="true" />
            {callEnds[part]}
          </span>
        ))}
      </span>
      <span>{text.now}</span>
    </figcaption>
  );
}

/**
 * Requests over the last two minutes by how they ended, failed ones at the bottom; also rendered on the server, so it is
 * visible before any script.
 */
export function TrafficChart({ points }: { points: readonly TrafficPoint[] }) {
  const max = niceMax(Math.max(...points.map(upTo(PARTS.length))));
  return (
    <figure class="grid grid-cols-[auto_1fr] gap-x-3 pt-2">
      <p class="col-span-2 mb-1 text-xs text-mute">{overviewText.axis}</p>
      <div
        class="num flex flex-col justify-between text-end text-xs leading-none text-mute"
        aria-hidden="true"
      >
        <span>{max}</span>
        <span>{max / 2}</span>
        <span>0</span>
      </div>
      <Plot points={points} max={max} />
      <Legend sums={sumsOf(points)} />
    </figure>
  );
}
