import type { Command } from "../command.ts";

export const quotaGroupRemove: Command = {
  name: "quota-group remove",
  summary: "Remove a quota group",
  usage: "<name>",
  examples: [{ line: "geminitro quota-group remove flash", says: "Its models stand alone again" }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const removed = await (await context.client()).removeQuotaGroup(context.args[0] ?? "");
    context.out.json({ removed: removed.name });
    context.out.line(`Removed the quota group ${removed.name}`);
  },
};
