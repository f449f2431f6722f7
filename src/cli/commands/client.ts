import type { ClientInput } from "../../admin/mod.ts";
import { type Command, type Context, usageError } from "../command.ts";
import { oneOf } from "../read_arguments.ts";
import { backText } from "../../core/mod.ts";

const UNITS = ["requests", "tokens", "usd"] as const;
const PERIODS = ["daily", "weekly", "monthly", "total"] as const;
const DAY_MS = 86_400_000;

export const clientAdd: Command = {
  name: "client add",
  summary: "Make a token for a further client; it is shown this once",
  usage: "<name>",
  examples: [
    { line: "geminitro client add laptop", says: "A token that may do what the owner's may, but not manage" },
    {
      line: "geminitro client add ci --budget 500000 --unit tokens --period daily --expires 30",
      says: "Half a million tokens a day, for thirty days",
    },
  ],
  options: [
    { name: "model", value: "<pattern>", summary: "A model it may use; may be repeated", many: true },
    { name: "per-minute", value: "<number>", summary: "Requests a minute" },
    { name: "budget", value: "<number>", summary: "How much it may use in a period" },
    { name: "unit", value: "<unit>", summary: `Of the budget: ${UNITS.join(", ")}; default requests` },
    { name: "period", value: "<period>", summary: `Of the budget: ${PERIODS.join(", ")}; default daily` },
    { name: "expires", value: "<days>", summary: "Days until the token ends" },
  ],
  takes: { least: 1, most: 1 },
  async run(context) {
    const input = inputOf(context);
    const { client, token } = await (await context.client()).addClient(input);
    // This token is shown only once.
    if (context.json) context.services.write(`${JSON.stringify({ client, token }, null, 2)}\n`);
    context.out.line(`Client ${client.name} (${client.id}). Its token, shown this once:`);
    context.out.once(token);
  },
};

function inputOf(context: Context): ClientInput {
  const allowModels = context.texts("model");
  const requestsPerMinute = context.number("per-minute", 1);
  const days = context.number("expires", 1);
  const budget = budgetOf(context);
  return {
    name: context.args[0] ?? "",
    ...(allowModels.length === 0 ? {} : { allowModels }),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(budget === undefined ? {} : { budget }),
    ...(days === undefined ? {} : { expiresAt: Date.now() + days * DAY_MS }),
  };
}

function budgetOf(context: Context): ClientInput["budget"] {
  const limit = context.number("budget", 1);
  const unit = oneOf(context, "unit", UNITS);
  const period = oneOf(context, "period", PERIODS);
  if (limit === undefined) {
    if (unit ?? period) throw usageError("--unit and --period belong to --budget <number>");
    return undefined;
  }
  return { unit: unit ?? "requests", limit, period: period ?? "daily" };
}

export const clientList: Command = {
  name: "client list",
  summary: "List all client tokens with their limits and use",
  usage: "",
  examples: [{ line: "geminitro client list", says: "The tokens themselves are not kept" }],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const clients = await (await context.client()).clients();
    const { out } = context;
    out.json(clients);
    if (clients.length === 0) out.line("There are no further clients. Make one: geminitro client add <name>");
    const now = Date.now();
    const rows = clients.map((client) => [
      client.name,
      client.id,
      `...${client.tail}`,
      client.status === "active" ? out.style.green(client.status) : out.style.dim(client.status),
      client.budget === undefined
        ? "no budget"
        : `${client.budget.limit} ${client.budget.unit} ${client.budget.period}`,
      client.expiresAt === undefined ? "never" : backText(Date.parse(client.expiresAt), now),
      String(client.usage?.requests ?? 0),
    ]);
    out.table(["CLIENT", "ID", "TOKEN", "STATUS", "BUDGET", "ENDS", "CALLS"], rows);
  },
};

export const clientRevoke: Command = {
  name: "client revoke",
  summary: "End a client's token at once",
  usage: "<name or id>",
  examples: [{ line: "geminitro client revoke laptop", says: "Its figures stay" }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const client = await (await context.client()).revokeClient(context.args[0] ?? "");
    context.out.json(client);
    context.out.line(`Revoked the token of ${client.name}`);
  },
};
