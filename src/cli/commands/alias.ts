import type { Command } from "../command.ts";

export const aliasAdd: Command = {
  name: "alias add",
  summary: "Give a model a second name",
  usage: "<name> <target>",
  examples: [{ line: "geminitro alias add flash gemini-2.5-flash", says: "Clients may then ask for flash" }],
  options: [],
  takes: { least: 2, most: 2 },
  async run(context) {
    const [name = "", target = ""] = context.args;
    const alias = await (await context.client()).putAlias(name, { target });
    context.out.json(alias);
    context.out.line(`${alias.name} now means ${alias.target}`);
  },
};

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
      resolves === null ? out.style.yellow("no key serves it") : resolves,
    ]);
    out.table(["ALIAS", "TARGET", "SERVED BY"], rows);
  },
};

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
