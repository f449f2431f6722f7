import type { Command } from "../command.ts";
import { valueOf } from "../value_of.ts";

export const capRemove: Command = {
  name: "cap remove",
  summary: "Remove a cap",
  usage: "<model>",
  examples: [{ line: "geminitro cap remove gemini-2.5-pro", says: "Only Google's own limits hold then" }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const removed = valueOf(await (await context.door()).removeCap(context.args[0] ?? ""));
    context.out.json({ removed: removed.model });
    context.out.line(`Removed the cap of ${removed.model}`);
  },
};
