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
