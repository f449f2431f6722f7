import type { Command } from "../command.ts";
import { table } from "../table.ts";

export const quotaGroupList: Command = {
  name: "quota-group list",
  summary: "List all quota groups",
  usage: "",
  examples: [{ line: "geminitro quota-group list", says: "Groups of QUOTA_GROUPS_<NAME> are marked" }],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const groups = await (await context.client()).quotaGroups();
    const { out } = context;
    out.json(groups);
    if (groups.length === 0) out.line("There are no quota groups.");
    const rows = groups.map(({ name, models, origin }) => [
      name,
      models.join(", "),
      origin === "setting" ? out.style.dim("from the environment") : "",
    ]);
    for (const line of table(rows)) out.line(line);
  },
};
