import { type RequestFilters, requestsHref } from "../shared/requests/request_query.ts";
import { dateTime, duration, percent, shortNumber } from "../shared/format.ts";
import { moneySum, unpricedNote } from "../shared/money_sum.ts";
import { isAdditive, type UsageChart, type UsageLine } from "./chart_data.ts";
import { colourOf } from "./colour.ts";
import type { Measure, UsageQuery } from "./query.ts";
import { usageText } from "./words.ts";

const words = usageText;

/** A value of a measure in its unit. */
export function amount(measure: Measure, value: number, unpriced = 0): string {
  if (measure === "cost") return moneySum(value, unpriced);
  return isAdditive(measure) ? shortNumber(value) : duration(value);
}

/** The filter for the requests of a line; empty where the list has no such filter. */
function filterOf({ by }: UsageQuery, id: string): Partial<RequestFilters> {
  if (id === "") return {};
  const known = by === "model" || by === "key" || by === "client" || by === "agent" || by === "class";
  return known ? { [by]: id } : {};
}

/** The requests behind a line, where they can be listed. */
function lineHref(query: UsageQuery, { id }: UsageLine): string | undefined {
  const filter = filterOf(query, id);
  if (Object.keys(filter).length === 0) return undefined;
  const { range, since, until } = query;
  const span = range === "1h" ? "3600000" : range === "24h" ? "86400000" : undefined;
  return requestsHref({
    ...filter,
    ...(span === undefined ? { since: String(since), until: String(until) } : { span }),
  });
}

/** The requests behind one step of a chart, of one line where the list can be narrowed to it. */
export function stepHref(
  query: UsageQuery,
  { times }: UsageChart,
  step: number,
  line: UsageLine | undefined,
): string {
  const since = times[step] ?? query.since;
  const length = (times[1] ?? since) - (times[0] ?? since);
  const until = times[step + 1] ?? (length > 0 ? since + length : query.until);
  return requestsHref({
    ...(line === undefined ? {} : filterOf(query, line.id)),
    since: String(since),
    until: String(until - 1),
  });
}

function Change({ line }: { line: UsageLine }) {
  if (line.before === 0) return <>–</>;
  const change = line.total / line.before - 1;
  return <>{change > 0 ? "+" : ""}{percent(change)}</>;
}

function Row({ line, index, query, hovered }: {
  line: UsageLine;
  index: number;
  query: UsageQuery;
  hovered: number | undefined;
}) {
  const href = lineHref(query, line);
  const value = hovered === undefined ? null : line.values[hovered] ?? null;
  return (
    <tr>
      <td class="max-w-56">
        <span class="flex items-center gap-2">
          <svg class="size-2.5 shrink-0" aria-hidden="true">
            <rect width="100%" height="100%" rx="2" fill={colourOf(index)} />
          </svg>
          {href === undefined
            ? <span class="truncate">{line.name}</span>
            : (
              <a class="truncate hover:underline" href={href} aria-label={words.requests(line.name)}>
                {line.name}
              </a>
            )}
        </span>
      </td>
      <td class="end hidden sm:table-cell">{value === null ? "" : amount(query.measure, value)}</td>
      <td class="end" title={line.unpriced > 0 ? unpricedNote(line.unpriced) : undefined}>
        {amount(query.measure, line.total, line.unpriced)}
        {line.before > 0 && (
          <span class="block text-xs whitespace-nowrap text-mute sm:hidden">
            {words.beforeShort(amount(query.measure, line.before))}, <Change line={line} />
          </span>
        )}
      </td>
      <td class="end hidden text-mute sm:table-cell">{amount(query.measure, line.before)}</td>
      <td class="end hidden text-mute sm:table-cell">
        <Change line={line} />
      </td>
    </tr>
  );
}

/** The lines with their sums, the value under the pointer, and the span before. */
export function UsageTable({ chart, query, hovered }: {
  chart: UsageChart;
  query: UsageQuery;
  hovered: number | undefined;
}) {
  const time = hovered === undefined ? undefined : chart.times[hovered];
  const at = time === undefined
    ? <span class="sr-only">{words.underPointer}</span>
    : words.at(dateTime(time));
  return (
    <div class="overflow-x-auto" tabIndex={0} role="group" aria-label={words.title}>
      <table class="grid-table">
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col" class="end hidden sm:table-cell">{at}</th>
            <th scope="col" class="end">{isAdditive(query.measure) ? words.sum : words.peak}</th>
            <th scope="col" class="end hidden sm:table-cell">{words.before}</th>
            <th scope="col" class="end hidden sm:table-cell">{words.change}</th>
          </tr>
        </thead>
        <tbody>
          {chart.lines.map((line, index) => (
            <Row key={line.id} line={line} index={index} query={query} hovered={hovered} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
