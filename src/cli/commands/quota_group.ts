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
      origin === "setting" ? out.style.dim("the environment") : "set here",
    ]);
    out.table(["GROUP", "MODELS", "FROM"], rows);
  },
};

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
