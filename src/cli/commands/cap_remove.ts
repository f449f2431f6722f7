import type { Command } from "../command.ts";

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
