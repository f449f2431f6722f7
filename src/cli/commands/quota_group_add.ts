import type { Command } from "../command.ts";

export const quotaGroupAdd: Command = {
  name: "quota-group add",
  summary: "Let models share limits and cooldowns",
  usage: "<name> <model>...",
  examples: [{
    line: "geminitro quota-group add flash gemini-2.5-flash gemini-2.5-flash-lite",
    says: "When one of them hits its quota, both cool down",
  }],
  options: [],
  takes: { least: 2, most: 1_000 },
  async run(context) {
    const [name = "", ...models] = context.args;
    const group = await (await context.client()).putQuotaGroup(name, { models });
    context.out.json(group);
    context.out.line(`${group.name}: ${group.models.join(", ")}`);
  },
};
