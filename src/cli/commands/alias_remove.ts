import type { Command } from "../command.ts";
import { valueOf } from "../value_of.ts";

export const aliasRemove: Command = {
  name: "alias remove",
  summary: "Remove an alias",
  usage: "<name>",
  examples: [{ line: "geminitro alias remove flash", says: "The model itself stays" }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const removed = valueOf(await (await context.door()).removeAlias(context.args[0] ?? ""));
    context.out.json({ removed: removed.name });
    context.out.line(`Removed the alias ${removed.name}`);
  },
};
