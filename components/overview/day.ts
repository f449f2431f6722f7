import type { ModelRow } from "../data/views.ts";
import { shortNumber } from "../format.ts";
import { overviewText } from "../text/overview.ts";

const words = overviewText;
type Day = NonNullable<ModelRow["day"]>;

/** The limit of the day over all projects, what is published counted in; undefined while it is not known for some of them. */
export function dayLimit({ limit, unknownProjects, published }: Day): number | undefined {
  if (unknownProjects === 0) return limit ?? undefined;
  return published === null ? undefined : (limit ?? 0) + published.limit;
}

/** What was used of the day, in words. */
export function dayText(day: Day): string {
  const limit = dayLimit(day);
  const used = shortNumber(day.used);
  if (limit !== undefined) return words.usedOf(used, shortNumber(limit));
  return day.limit === null ? words.usedAlone(used) : words.usedSoFar(used);
}
