import { callEnds } from "../shared/words.ts";
import type { TimeStep } from "./read_requests.ts";
import { dateTime, plural } from "../shared/format.ts";
import { requestsText } from "./words.ts";

const words = requestsText;
const HEIGHT = 48;
const WIDTH = 10;

/** From the bottom up, so that failures are at the axis. */
const PARTS = [
  ["failed", "fill-bad-fill", "bg-bad-fill"],
  ["refused", "fill-refused-fill", "bg-refused-fill"],
  ["cancelled", "fill-edge", "bg-edge"],
  ["ok", "fill-accent", "bg-accent"],
] as const;

/** A short time is shown as the end of a longer one: a single bar over the whole width is meaningless. */
const LEAST_STEPS = 24;

function padded(steps: readonly TimeStep[]): readonly TimeStep[] {
  const [first] = steps;
  if (first === undefined) return steps;
  const missing = Math.max(0, LEAST_STEPS - steps.length);
  const before = Array.from({ length: missing }, (_, index) => ({
    time: first.time - (missing - index) * first.ms,
    ms: first.ms,
    ok: 0,
    failed: 0,
    cancelled: 0,
    refused: 0,
  }));
  return [...before, ...steps];
}

function sumOf(step: TimeStep): number {
  return step.ok + step.failed + step.cancelled + step.refused;
}

/** Calls over time by how they ended; a bar narrows the list to its time. Keyboards have the filter of time for that. */
export function Histogram({ steps: given, onPick }: {
  steps: readonly TimeStep[];
  onPick: (since: number, until: number) => void;
}) {
  const last = given.at(-1);
  const steps = padded(given);
  const [first] = steps;
  if (first === undefined || last === undefined) return null;
  const max = Math.max(...steps.map(sumOf));
  const label = words.histogramLabel(dateTime(first.time), dateTime(last.time + last.ms), max);
  const shown = PARTS.filter(([part]) => steps.some((step) => step[part] > 0));
  return (
    <figure class="card mb-4 px-4 pt-3 pb-2 sm:px-5">
      <svg
        viewBox={`0 0 ${steps.length * WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        class="h-14 w-full"
        role="img"
        aria-label={label}
      >
        {steps.map((step, index) => {
          let top = HEIGHT;
          return (
            <g
              key={step.time}
              class="cursor-pointer hover:opacity-70"
              onClick={() => onPick(step.time, step.time + step.ms - 1)}
            >
              <title>{`${dateTime(step.time)}: ${plural(sumOf(step), "request", "requests")}`}</title>
              <rect x={index * WIDTH} width={WIDTH} height={HEIGHT} class="fill-transparent" />
              {PARTS.map(([part, fill]) => {
                const height = step[part] / max * HEIGHT;
                top -= height;
                return height > 0 && (
                  <rect
                    key={part}
                    x={index * WIDTH + 1}
                    width={WIDTH - 2}
                    y={top}
                    height={height}
                    class={fill}
                  />
                );
              })}
            </g>
          );
        })}
      </svg>
      <figcaption class="mt-1 flex flex-wrap items-center gap-x-4 text-xs text-mute">
        <span>{dateTime(first.time)}</span>
        <span class="mx-auto flex flex-wrap gap-x-3">
          {shown.toReversed().map(([part, , dot]) => (
            <span key={part} class="inline-flex items-center gap-1.5">
              <span class={`size-2 rounded-sm ${dot}`} aria-hidden="true" />
              {callEnds[part]}
            </span>
          ))}
        </span>
        <span>{dateTime(last.time + last.ms)}</span>
      </figcaption>
    </figure>
  );
}
