import type { CapInput } from "../../admin/mod.ts";
import { backText } from "../../core/mod.ts";
import { bar } from "../style.ts";
import { type Command, type Context, usageError } from "../command.ts";
import { oneOf } from "../read_arguments.ts";

const UNITS = ["requests", "tokens"] as const;
const PERIODS = ["hourly", "daily", "weekly", "monthly"] as const;
const ACTIONS = ["try_next", "reject"] as const;

export const capSet: Command = {
  name: "cap set",
  summary: "Cap the use of a model, a quota group or a client",
  usage: "<model> <limit>",
  examples: [
    { line: "geminitro cap set gemini-2.5-pro 1500", says: "At most 1,500 requests a day over all keys" },
    {
      line: "geminitro cap set group:flash 2000000 --unit tokens --period weekly --action reject",
      says: "Refuse calls of the group beyond two million tokens a week",
    },
  ],
  options: [
    { name: "unit", value: "<unit>", summary: `${UNITS.join(" or ")}; default requests` },
    { name: "period", value: "<period>", summary: `${PERIODS.join(", ")}; default daily` },
    { name: "alert", value: "<percent>", summary: "Warn at this share of the limit; default 80" },
    { name: "action", value: "<action>", summary: "try_next (use a fallback) or reject; default try_next" },
    { name: "off", summary: "Keep the cap, but do not apply it" },
  ],
  takes: { least: 2, most: 2 },
  async run(context) {
    const input = inputOf(context);
    const { cap } = await (await context.client()).putCap(input);
    context.out.json(cap);
    const state = cap.enabled ? "" : " (off)";
    context.out.line(`${cap.model}: ${cap.limit} ${cap.unit} ${cap.period}, then ${cap.action}${state}`);
  },
};

function inputOf(context: Context): CapInput {
  const [model = "", written = ""] = context.args;
  const limit = Number(written);
  if (!/^\d+$/.test(written) || !Number.isSafeInteger(limit)) {
    throw usageError(`The limit is ${JSON.stringify(written)}, but must be a whole number`);
  }
  const unit = oneOf(context, "unit", UNITS);
  const period = oneOf(context, "period", PERIODS);
  const action = oneOf(context, "action", ACTIONS);
  const alertThreshold = context.number("alert");
  return {
    model,
    limit,
    ...(unit === undefined ? {} : { unit }),
    ...(period === undefined ? {} : { period }),
    ...(action === undefined ? {} : { action }),
    ...(alertThreshold === undefined ? {} : { alertThreshold }),
    enabled: !context.flag("off"),
  };
}

export const capList: Command = {
  name: "cap list",
  summary: "List all caps with their use and their next reset",
  usage: "",
  examples: [{ line: "geminitro cap list", says: "How far each cap is used" }],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const client = await context.client();
    const [view, progress] = await Promise.all([client.caps(), client.capProgress()]);
    const { out } = context;
    out.json({ ...view, progress });
    if (view.caps.length === 0) out.line("There are no caps. Set one: geminitro cap set <model> <limit>");
    const now = Date.now();
    const rows = view.caps.map((cap) => {
      const used = progress.find((one) => one.model === cap.model);
      const name = [cap.model, `${cap.limit} ${cap.unit} ${cap.period}`, cap.action.replace("_", " ")];
      if (used === undefined) return [...name, out.style.dim("off"), "-"];
      return [
        ...name,
        bar(used.percentage, used.alertThreshold, out.style),
        backText(Date.parse(used.nextReset), now),
      ];
    });
    out.table(["FOR", "LIMIT", "THEN", "USED", "RESETS"], rows);
    if (view.caps.length > 0) out.line(`\nPeriods begin at ${view.resetTime}, ${zoneText(view.timezone)}`);
  },
};

export const capRemove: Command = {
  name: "cap remove",
  summary: "Remove a cap",
  usage: "<model>",
  examples: [{ line: "geminitro cap remove gemini-2.5-pro", says: "Only Google's own limits hold then" }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const removed = await (await context.client()).removeCap(context.args[0] ?? "");
    context.out.json({ removed: removed.model });
    context.out.line(`Removed the cap of ${removed.model}`);
  },
};

export const capSchedule: Command = {
  name: "cap schedule",
  summary: "Show or set the time of day and the time zone in which caps' periods begin",
  usage: "[time]",
  examples: [
    { line: "geminitro cap schedule", says: "Show them" },
    { line: "geminitro cap schedule 06:00 --zone Europe/Vienna", says: "Days begin at six in Vienna" },
    { line: "geminitro cap schedule 00:00 --zone local", says: "At midnight of this machine" },
  ],
  options: [{ name: "zone", value: "<zone>", summary: "local, or a name such as America/New_York" }],
  takes: { least: 0, most: 1 },
  async run(context) {
    const client = await context.client();
    const [resetTime] = context.args;
    const timezone = context.text("zone");
    const wanted = {
      ...(resetTime === undefined ? {} : { resetTime }),
      ...(timezone === undefined ? {} : { timezone }),
    };
    const asks = Object.keys(wanted).length === 0;
    const schedule = asks ? await client.caps() : await client.setCapSchedule(wanted);
    const shown = { resetTime: schedule.resetTime, timezone: schedule.timezone };
    context.out.json(shown);
    context.out.line(`Caps' periods begin at ${shown.resetTime}, ${zoneText(shown.timezone)}`);
  },
};

function zoneText(timezone: string): string {
  return timezone === "local" ? "in this machine's time zone" : timezone;
}
