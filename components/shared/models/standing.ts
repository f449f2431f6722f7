import type { ModelRow } from "../views.ts";
import { shortNumber, wholeNumber } from "../format.ts";

/** Texts for the state of a model, on the board of models and on the mini page. */
export const standingText = {
  states: { open: "served", busy: "served after a wait", out: "out", unavailable: "not offered" },
  usedOf: (used: string, limit: string) => `${used} of ${limit} used`,
  usedSoFar: (used: string) => `${used} used`,
  usedAlone: (used: string) => `${used} used, limit not known`,
  notAsked: "not asked",
  inFlight: (running: number, waiting: number) =>
    [
      running > 0 ? `${wholeNumber(running)} in flight` : "",
      waiting > 0 ? `${wholeNumber(waiting)} waiting` : "",
    ].filter(Boolean).join(", "),
  idle: "idle",
  backAt: (time: string) => `back ${time}`,
  backUnknown: "nobody knows until when",
} as const;

const words = standingText;
type Day = NonNullable<ModelRow["day"]>;

/** The limit of the day over all projects, what is published counted in; undefined while it is not known for some of them. */
export function dayLimit({ limit, unknownProjects, published }: Day): number | undefined {
  if (unknownProjects === 0) return limit ?? undefined;
  return published === null ? undefined : (limit ?? 0) + published.limit;
}

/** The used part of the day, in words. */
export function dayText(day: Day): string {
  const limit = dayLimit(day);
  const used = shortNumber(day.used);
  if (limit !== undefined) return words.usedOf(used, shortNumber(limit));
  return day.limit === null ? words.usedAlone(used) : words.usedSoFar(used);
}
