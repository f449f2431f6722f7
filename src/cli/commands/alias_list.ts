import type { Command } from "../command.ts";
import { table } from "../table.ts";

export const aliasList: Command = {
  name: "alias list",
  summary: "List all aliases and the models they lead to",
  usage: "",
  examples: [{ line: "geminitro alias list", says: "A target that no key serves is marked" }],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const aliases = await (await context.client()).aliases();
    const { out } = context;
    out.json(aliases);
    if (aliases.length === 0) out.line("There are no aliases. Add one: geminitro alias add <name> <target>");
    const rows = aliases.map(({ name, target, resolves }) => [
      name,
      target,
      resolves === null ? out.style.yellow("no key serves it") : resolves === target ? "" : resolves,
    ]);
    for (const line of table(rows)) out.line(line);
  },
};
