import type { Command } from "../command.ts";
import { span } from "../spans.ts";
import { table } from "../table.ts";

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
      client.expiresAt === undefined ? "" : `ends in ${span(Date.parse(client.expiresAt) - now)}`,
      `${client.usage?.requests ?? 0} calls`,
    ]);
    for (const line of table(rows)) out.line(line);
  },
};
