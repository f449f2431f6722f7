import type { Command } from "../command.ts";

export const aliasRemove: Command = {
  name: "alias remove",
  summary: "Remove an alias",
  usage: "<name>",
  examples: [{ line: "geminitro alias remove flash", says: "The model itself stays" }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const removed = await (await context.client()).removeAlias(context.args[0] ?? "");
    context.out.json({ removed: removed.name });
    context.out.line(`Removed the alias ${removed.name}`);
  },
};
