import { OTHER_NAMES } from "../../src/core/call_record.ts";
import type { Figures, SeriesPoint } from "../../src/management/contract.ts";
import type { Measure } from "./query.ts";
import { usageText } from "./words.ts";

export interface UsageLine {
  /** As the API has it, for links; `others` has none. */
  readonly id: string;
  readonly name: string;
  /** One value a step; null where nothing was measured. */
  readonly values: readonly (number | null)[];
  /** Sum of the values, or the highest of those that cannot be added. */
  readonly total: number;
  /** The same of the span before. */
  readonly before: number;
  /** Calls that a sum of money leaves out, as their price is not known. */
  readonly unpriced: number;
}

export interface UsageChart {
  /** The span that is shown, epoch milliseconds. */
  readonly since: number;
  readonly until: number;
  /** Starts of the steps, epoch milliseconds. */
  readonly times: readonly number[];
  /** The largest first; the rest as one at the end. */
  readonly lines: readonly UsageLine[];
}

/** Lines with a colour of their own. */
const MOST_LINES = 7;

const PICKS: Readonly<Record<Measure, (figures: Figures) => number | null>> = {
  requests: ({ requests }) => requests,
  failures: ({ errors }) => errors,
  refused: ({ refused }) => refused,
  tokens: ({ tokens }) => tokens.total,
  input: ({ tokens }) => tokens.input,
  cached: ({ tokens }) => tokens.cached,
  output: ({ tokens }) => tokens.output,
  thinking: ({ tokens }) => tokens.thinking,
  cost: ({ cost }) => cost,
  p50: ({ latency }) => latency.p50,
  p95: ({ latency }) => latency.p95,
  first: ({ firstToken }) => firstToken.p50,
};

/** Whether values of a measure add up over names and steps. */
export function isAdditive(measure: Measure): boolean {
  return measure !== "p50" && measure !== "p95" && measure !== "first";
}

/** Figures of refused requests stand beside requests, so by outcome they are the requests of that line. */
function valueOf(figures: Figures | null | undefined, measure: Measure): number | null {
  return figures === null || figures === undefined ? null : PICKS[measure](figures);
}

function totalOf(values: readonly (number | null)[], measure: Measure): number {
  const known = values.filter((value) => value !== null);
  if (isAdditive(measure)) return known.reduce((sum, value) => sum + value, 0);
  return known.length === 0 ? 0 : Math.max(...known);
}

function addUp(lines: readonly UsageLine[], length: number): UsageLine {
  const values = Array.from(
    { length },
    (_, index) => lines.reduce((sum, line) => sum + (line.values[index] ?? 0), 0),
  );
  return {
    id: "",
    name: usageText.others,
    values,
    total: lines.reduce((sum, { total }) => sum + total, 0),
    before: lines.reduce((sum, { before }) => sum + before, 0),
    unpriced: lines.reduce((sum, { unpriced }) => sum + unpriced, 0),
  };
}

/** One measure of a series as the lines of a chart. `nameOf` gives what people call an id. */
export function usageChart(
  points: readonly SeriesPoint[],
  before: readonly SeriesPoint[],
  measure: Measure,
  nameOf: (id: string) => string,
): Pick<UsageChart, "times" | "lines"> {
  const ids = [...new Set(points.flatMap(({ values }) => Object.keys(values)))];
  const lines = ids.map((id): UsageLine => {
    const values = points.map(({ values }) => valueOf(values[id], measure));
    const earlier = before.map(({ values }) => valueOf(values[id], measure));
    return {
      id,
      name: nameOf(id),
      values,
      total: totalOf(values, measure),
      before: totalOf(earlier, measure),
      unpriced: measure === "cost"
        ? points.reduce((sum, { values }) => sum + (values[id]?.unpriced ?? 0), 0)
        : 0,
    };
  }).filter(({ total, before, unpriced }) => total > 0 || before > 0 || unpriced > 0)
    .sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
  const times = points.map(({ time }) => Date.parse(time));
  // What the server counts together already is no line of its own.
  const named = lines.filter(({ id }) => id !== OTHER_NAMES);
  const shown = named.slice(0, MOST_LINES);
  const rest = [...named.slice(MOST_LINES), ...lines.filter(({ id }) => id === OTHER_NAMES)];
  if (rest.length === 0) return { times, lines };
  return { times, lines: isAdditive(measure) ? [...shown, addUp(rest, times.length)] : shown };
}

/** Tokens of all calls as one line a kind; together they are all tokens. */
export function byKind(points: readonly SeriesPoint[]): readonly SeriesPoint[] {
  return points.map(({ time, values }) => {
    const figures = values["total"];
    if (figures === undefined || figures === null) return { time, values: {} };
    const { input, cached, output, thinking, total } = figures.tokens;
    const kinds = {
      input: input - cached,
      cached,
      output,
      thinking,
      tools: Math.max(0, total - input - output - thinking),
    };
    return {
      time,
      values: Object.fromEntries(
        Object.entries(kinds).map(([kind, tokens]) => [
          kind,
          { ...figures, tokens: { ...figures.tokens, total: tokens } },
        ]),
      ),
    };
  });
}

/** The line of a chart that stands at a height over a step: of stacked ones the first that reaches it, else the nearest. */
export function lineAt(
  { lines }: Pick<UsageChart, "lines">,
  step: number,
  value: number,
  stacked: boolean,
): UsageLine | undefined {
  if (!stacked) {
    const known = lines.filter((line) => line.values[step] !== null && line.values[step] !== undefined);
    return known.toSorted((a, b) => Math.abs(a.values[step]! - value) - Math.abs(b.values[step]! - value))[0];
  }
  let sum = 0;
  return lines.find((line) => (sum += line.values[step] ?? 0) >= value && (line.values[step] ?? 0) > 0);
}
