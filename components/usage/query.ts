import { SPANS } from "../shared/spans.ts";
import { usageText } from "./words.ts";

export type Range = keyof typeof usageText.ranges;
export type Measure = keyof typeof usageText.measures;
export type By = keyof typeof usageText.bys;

/** The page's query; all of it is in the address. Times are epoch milliseconds. */
export interface UsageQuery {
  readonly range: Range;
  readonly measure: Measure;
  readonly by: By;
  readonly since: number;
  readonly until: number;
}

const HOUR_MS = 3_600_000;
/** The API keeps days for this long at most. */
const LONGEST_MS = 400 * 24 * HOUR_MS;

function oneOf<Name extends string>(
  names: Readonly<Record<Name, unknown>>,
  value: string | null,
  other: Name,
): Name {
  return value !== null && Object.hasOwn(names, value) ? value as Name : other;
}

/** The query of an address; what is not known is the usual. */
export function usageQuery(params: URLSearchParams, now: number): UsageQuery {
  const range = oneOf<Range>(usageText.ranges, params.get("range"), "24h");
  const measure = oneOf<Measure>(usageText.measures, params.get("measure"), "requests");
  const wanted = oneOf<By>(usageText.bys, params.get("by"), "model");
  // Only tokens are of several kinds.
  const by = wanted === "kind" && measure !== "tokens" ? "total" : wanted;
  const [since, until] = [Number(params.get("since")), Number(params.get("until"))];
  const isOwn = range === "own" && since > now - LONGEST_MS && until > since && until <= now + HOUR_MS;
  if (isOwn) return { range, measure, by, since, until };
  const named = range === "own" ? "24h" : range;
  return { range: named, measure, by, since: now - SPANS[named], until: now };
}

/** The steps in which a span is counted: so that a chart has some fifty to two hundred of them. */
export function grainOf({ since, until }: Pick<UsageQuery, "since" | "until">): "minute" | "hour" | "day" {
  const span = until - since;
  if (span <= 3 * HOUR_MS) return "minute";
  return span <= 8 * 24 * HOUR_MS ? "hour" : "day";
}
