import { backText, durationText, redact, untilText } from "../../core/mod.ts";
import type { Call, Key, ModelOverview, Overview } from "../../management/contract.ts";
import { CALL_HEAD, callRow } from "../commands/status.ts";
import { verdictLine } from "../stats_view.ts";
import { bar, plural, type Style } from "../style.ts";
import { fitTable, wrapLine } from "../table.ts";

/** Data of one poll of the server. */
export interface Look {
  readonly overview: Overview;
  readonly keys: readonly Key[];
  readonly calls: readonly Call[];
}

export const PANELS = ["Models", "Keys", "Calls"] as const;
export type Panel = typeof PANELS[number];

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A bar is yellow from this percentage of its limit on. */
const ALERT_PERCENT = 80;
/** Lines for the title and the table's heading. */
const PANEL_HEAD = 2;
const FEWEST_ROWS = 2;

/** The whole screen: the verdict, the three lists, of which the selected one scrolls, and the keys to press. */
export function screenLines(
  look: Look,
  { columns, rows }: Size,
  chosen: Panel,
  scrolled: number,
  style: Style,
  now: number,
): string[] {
  const head = headLines(look, columns, style, now);
  const foot = style.dim("Tab next list   up, down scroll   q quit".slice(0, columns));
  const tables = PANELS.map((panel) => ({ panel, lines: panelLines(panel, look, columns, style, now) }));
  const space = Math.max(0, rows - head.length - 1);
  const heights = share(tables.map(({ lines }) => lines.length + 1), space);
  const body = tables.flatMap(({ panel, lines }, index) =>
    panelBlock(panel, lines, heights[index]!, panel === chosen ? scrolled : 0, panel === chosen, style)
  );
  return [...head, ...body.slice(0, space), foot].map(redact);
}

function headLines({ overview }: Look, columns: number, style: Style, now: number): string[] {
  const { keys, calls, minute, verdict } = overview;
  const waits = calls.waiting === 0 ? "" : `, ${calls.waiting} waiting ${durationText(calls.oldestWaitMs)}`;
  const resting = keys.nextAt === null ? "" : `, the next ${backText(Date.parse(keys.nextAt), now)}`;
  return [
    `${style.bold("GemiNitro")} ${overview.version}  ${verdictLine(verdict, style)}`,
    `${
      style.green(`${keys.active} active`)
    }, ${keys.cooldown} cooling${resting}, ${keys.disabled} disabled, ` +
    `${keys.dead} dead of ${plural(keys.total, "key")}`,
    `${plural(calls.running, "call")} running${waits}; last minute: ${minute.requests} calls, ` +
    `${minute.failed} failed, ${minute.tokens} tokens`,
  ].flatMap((line) => wrapLine(line, columns));
}

function panelLines(panel: Panel, look: Look, columns: number, style: Style, now: number): string[] {
  if (panel === "Models") return modelLines(look.overview.models, columns, style, now);
  if (panel === "Keys") return keyLines(look.keys, columns, style, now);
  const sorted = [...look.calls].sort((a, b) => b.ageMs - a.ageMs);
  if (sorted.length === 0) return ["No call is running or waiting."];
  return fitTable(CALL_HEAD, sorted.map((call) => callRow(call, now)), columns, style);
}

function modelLines(models: readonly ModelOverview[], columns: number, style: Style, now: number): string[] {
  if (models.length === 0) return ["No model was asked yet."];
  const rows = models.map((one) => {
    const { model, state, until, day, minute, perMinute, keys, running, waiting } = one;
    const paint = state === "open" ? style.green : state === "busy" ? style.yellow : style.red;
    const when = until === null ? "" : ` ${untilText(Date.parse(until), now)}`;
    return [
      model,
      paint(`${state}${when}`),
      leftText(minute),
      day === null || day.limit === null || day.limit === 0
        ? leftText(day)
        : bar(day.used / day.limit * 100, ALERT_PERCENT, style),
      perMinute.toFixed(1),
      `${keys.able}/${keys.total}`,
      `${running}+${waiting}`,
    ];
  });
  return fitTable(["MODEL", "STATE", "RPM", "DAY", "RATE", "KEYS", "CALLS"], rows, columns, style);
}

function leftText(limit: ModelOverview["day"]): string {
  return limit === null ? "-" : `${limit.used} of ${limit.limit ?? "?"}`;
}

function keyLines(keys: readonly Key[], columns: number, style: Style, now: number): string[] {
  if (keys.length === 0) return ["There are no keys yet."];
  const order = { cooldown: 0, active: 1, dead: 2, disabled: 3 };
  const sorted = [...keys].sort((a, b) => b.inFlight - a.inFlight || order[a.status] - order[b.status]);
  const rows = sorted.map((key) => {
    const { status, cooldownUntil } = key;
    const paint = status === "active" ? style.green : status === "dead" ? style.red : style.yellow;
    const when = cooldownUntil === null ? "" : ` ${untilText(Date.parse(cooldownUntil), now)}`;
    return [
      key.label || key.tail,
      paint(`${status}${when}`),
      key.project ?? "-",
      `${key.inFlight} of ${key.slots}`,
      String(key.usage),
      String(key.errors),
    ];
  });
  return fitTable(["KEY", "STATE", "PROJECT", "IN USE", "CALLS", "FAILED"], rows, columns, style);
}

/** Distributes rows: each list gets what it needs while there is space, and at least its head and two rows. */
function share(wanted: readonly number[], space: number): number[] {
  const least = PANEL_HEAD + FEWEST_ROWS;
  const heights = wanted.map((need) => Math.min(need, least));
  let left = space - heights.reduce((sum, height) => sum + height, 0);
  while (left > 0 && heights.some((height, index) => height < wanted[index]!)) {
    heights.forEach((height, index) => {
      if (left > 0 && height < wanted[index]!) {
        heights[index] = height + 1;
        left--;
      }
    });
  }
  return heights;
}

function panelBlock(
  panel: Panel,
  lines: readonly string[],
  height: number,
  scrolled: number,
  chosen: boolean,
  style: Style,
): string[] {
  const [head = "", ...rows] = lines;
  const visible = Math.max(0, height - PANEL_HEAD);
  const from = Math.max(0, Math.min(scrolled, rows.length - visible));
  const hidden = rows.length - visible;
  const more = hidden > 0 ? style.dim(`  ${from + 1}-${from + visible} of ${rows.length}`) : "";
  return [
    `${chosen ? style.cyan(`> ${panel}`) : style.bold(`  ${panel}`)}${more}`,
    head,
    ...rows.slice(from, from + visible),
  ]
    .slice(0, height);
}

/** The length of the longest list, which bounds scrolling. */
export function longest({ overview, keys, calls }: Look): number {
  return Math.max(overview.models.length, keys.length, calls.length);
}
