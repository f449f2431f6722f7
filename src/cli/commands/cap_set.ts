import type { CapInput } from "../../admin/mod.ts";
import type { Command, Context } from "../command.ts";
import { usageError } from "../command_error.ts";
import { oneOf } from "../one_of.ts";

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
