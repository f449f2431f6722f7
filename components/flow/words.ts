import { plural, shortNumber, wholeNumber } from "../shared/format.ts";

/** Words of the Flow page. */
export const flowText = {
  title: "Flow",
  lead: "Where calls go, and where they stop. A click on a name shows the requests that went through it.",
  columns: ["Agent", "Model", "Project", "Key"],
  range: "Range",
  show: "Show",
  empty: "Nothing flowed in this time",
  emptyDetail: "Choose a longer range, or make a call.",
  note: (count: number, refused: number, complete: boolean) =>
    [
      plural(count, "request", "requests"),
      ...(refused > 0 ? [`${wholeNumber(refused)} refused`] : []),
    ].join(", ") + (complete ? "" : "; there are more than could be looked at"),
  label: (count: number) => `${shortNumber(count)} requests from agents over models and projects to keys`,
  noProject: "project not known",
  others: "others",
  outcomes: { ok: "answered", failed: "failed", cancelled: "client left", refused: "refused" },
  station: (name: string, count: number) => `${name}: ${plural(count, "request", "requests")}`,
  link: (from: string, to: string, what: string, count: number) =>
    `${from} to ${to}: ${plural(count, "request", "requests")} ${what}`,
  paths: "Paths, the most frequent first",
  asTable: "As a table",
  more: (count: number) => `and ${plural(count, "more path", "more paths")}`,
} as const;
