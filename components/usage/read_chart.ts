import type { LocalClient } from "../../src/management/client.ts";
import type { SeriesPoint } from "../../src/management/contract.ts";
import { callClasses, callReasons } from "../shared/calls/words.ts";
import { keyName } from "../shared/format.ts";
import { readNamedKeys } from "../shared/keys/read_keys.ts";
import { byKind, type UsageChart, usageChart } from "./chart_data.ts";
import { grainOf, type UsageQuery } from "./query.ts";
import { usageText } from "./words.ts";

/** One measure over time, beside the span before. A named range ends at `now`, regardless of the query. */
export async function readChart(
  client: LocalClient,
  query: UsageQuery,
  now: number,
): Promise<UsageChart> {
  const span = query.until - query.since;
  const until = query.range === "own" ? query.until : now;
  const since = until - span;
  const { by, measure } = query;
  const grain = grainOf({ since, until });
  const dimension = by === "kind" ? "total" : by;
  const [shown, then] = await Promise.all([
    client.series({ grain, by: dimension, since, until }),
    client.series({ grain, by: dimension, since: since - span, until: since - 1 }),
  ]);
  const names = await namesOf(client, by, [...shown, ...then]);
  const [points, before] = by === "kind" ? [byKind(shown), byKind(then)] : [shown, then];
  const labels: Readonly<Record<string, string>> = { total: usageText.all, ...callClasses };
  const nameOf = (id: string) =>
    by === "kind" ? usageText.kinds[id] ?? id : names.get(id) ??
      (by === "class" || by === "total" ? labels[id] ?? callReasons[id] ?? id : id);
  return { since, until, ...usageChart(points, before, measure, nameOf) };
}

/** The names of a dimension's ids. */
async function namesOf(
  client: LocalClient,
  by: UsageQuery["by"],
  points: readonly SeriesPoint[],
): Promise<ReadonlyMap<string, string>> {
  if (by === "client") return new Map((await client.clients()).map(({ id, name }) => [id, name]));
  if (by !== "key" && by !== "project") return new Map();
  // A project that is only known as one key has that key's id.
  const ids = new Set(points.flatMap(({ values }) => Object.keys(values)));
  return new Map((await readNamedKeys(client, [...ids])).map((key) => [key.id, keyName(key)]));
}
