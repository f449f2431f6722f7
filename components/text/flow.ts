import { plural, shortNumber } from "../format.ts";

/** Words of this part of the dashboard. */
export const flowText = {
  title: "Flow",
  lead: "Where calls go, and where they stop.",
  columns: ["Agent", "Model", "Project", "Key"],
  empty: "Nothing flows yet",
  emptyDetail: "The picture draws itself with the first calls.",
  note: (count: number) => `the last ${plural(count, "call", "calls")}`,
  label: (count: number) => `${shortNumber(count)} calls from agents over models and projects to keys`,
  noProject: "project not known",
  others: "others",
  link: (from: string, to: string, count: number) => `${from} to ${to}: ${plural(count, "call", "calls")}`,
  from: "From",
  to: "To",
  calls: "Calls",
  failed: "Failed",
  asTable: "As a table",
} as const;
