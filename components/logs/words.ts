import { plural } from "../shared/format.ts";

/** Words of this part of the dashboard. */
export const logsText = {
  title: "System logs",
  lead: "What the proxy does, as it does it.",
  filter: "Filter the lines",
  level: "Level",
  levels: { "": "Every level", debug: "Debug", info: "Info", warn: "Warning", error: "Error" } as Readonly<
    Record<string, string>
  >,
  kind: "Type",
  anyKind: "Every type",
  pause: "Pause",
  resume: (waiting: number) => waiting === 0 ? "Go on" : `Go on (${waiting} new)`,
  copy: "Copy",
  copied: (count: number) => `${plural(count, "line", "lines")} copied.`,
  download: "Download",
  collapse: "Fold repeated lines",
  empty: "No lines yet",
  emptyDetail: "They appear here as things happen.",
  nothing: "No line matches",
  lines: (shown: number, total: number) =>
    shown === total ? plural(total, "line", "lines") : `${shown} of ${total} lines`,
  list: "Log lines",
  times: (count: number) => `× ${count}`,
} as const;
