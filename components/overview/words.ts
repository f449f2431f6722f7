import { plural, shortNumber, wholeNumber } from "../shared/format.ts";

/** Words of this part of the dashboard. */
export const overviewText = {
  title: "Overview",
  lead: "Can I keep working, and until when?",
  allQuotas: "All quotas",
  traffic: "Live traffic",
  trafficNote: "last two minutes",
  chartLabel: (sums: { ok: number; failed: number; cancelled: number; refused: number }) => {
    const more = [
      sums.refused > 0 ? `${sums.refused} refused, ` : "",
      sums.cancelled > 0 ? `${sums.cancelled} left, ` : "",
    ];
    return `Requests in the last two minutes: ${more.join("")}${sums.ok} answered, ${sums.failed} failed`;
  },
  axis: "requests in two seconds",
  chartStart: "2 min ago",
  perMinute: "requests/min",
  tokensPerMinute: "tokens/min",
  success: "answered, last hour",
  refused: "refused, last hour",
  running: "in flight",
  queue: "waiting",
  board: "Models",
  boardNote: "today, until when, and what to do",
  resets: (time: string) => `daily quotas reset ${time}`,
  boardEmpty: "No model is known yet",
  boardEmptyDetail: "Models appear as soon as a key is there and was checked.",
  others: (count: number, more: boolean) =>
    `${wholeNumber(count)} ${more ? "more " : ""}${count === 1 ? "model is" : "models are"} served and ${
      count === 1 ? "was" : "were"
    } not asked${more ? "" : " yet"}`,
  model: "Model",
  today: "Today",
  now: "Now",
  projects: "Projects",
  untilWhen: "Until",
  projectsOpen: (open: number, total: number) => `${wholeNumber(open)} of ${wholeNumber(total)} open`,
  published: (date: string) => `published ${date}, not confirmed`,
  shareUsed: (share: string) => `${share} used`,
  unknownProjects: (count: number) => `${plural(count, "project", "projects")} with a limit not known`,
  rate: (perMinute: string) => `${perMinute}/min over 10 min`,
  keysAble: (able: number, total: number) => `${wholeNumber(able)} of ${plural(total, "key", "keys")} free`,
  runsOut: (from: string, to: string) => from === to ? `runs out ${from}` : `runs out ${from} to ${to}`,
  lastsUntil: (time: string) => `lasts until the reset ${time}`,
  runwayLabel: (model: string) => `${model}: from now to the reset of the day`,
  fallsBack: (model: string) => `${model} answers in its place`,
  fallBack: (model: string) => `Fall back to ${model}`,
  fellBack: (from: string, to: string) => `Calls to ${from} go to ${to} while it is out.`,
  fallBackUndone: (model: string) => `${model} has its old fallbacks again.`,
  makeAlias: "Make an alias",
  addKey: "Add a key",
  keysGlance: "Keys at a glance",
  ribbonNote: "newest on the right",
  ribbonLabel: (ok: number, limited: number, failed: number) =>
    `${ok} answered, ${limited} over a limit, ${failed} failed`,
  noAttempts: "not used yet",
  distribution: "Models in use",
  distributionEmpty: "No request yet",
  agents: "Agents at work",
  agentsNote: (whole: boolean, most: number) =>
    whole ? "last quarter of an hour" : `last ${wholeNumber(most)} requests`,
  agentsEmpty: "Nobody called in the last quarter of an hour",
  agentsEmptyDetail: "Point a coding agent at this proxy and it shows up here.",
  connectAgent: "Set up an agent",
  calls: (count: number) => plural(count, "call", "calls"),
  tokens: (count: number) => `${shortNumber(count)} tokens`,
  more: (count: number) => `and ${wholeNumber(count)} more`,
  total: "since the start of records",
  requests: "requests",
  start: "Add your first key",
} as const;
