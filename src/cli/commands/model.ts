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

export const fallbackList: Command = {
  name: "fallback list",
  summary: "List which models answer in another's place while it is out",
  usage: "",
  examples: [{ line: "geminitro fallback list", says: "In the order in which they are tried" }],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const fallbacks = await (await context.client()).fallbacks();
    const { out } = context;
    out.json(fallbacks);
    if (fallbacks.length === 0) {
      out.line("There are no fallbacks. Set one: geminitro fallback set <model> <other>...");
    }
    out.table(["MODEL", "THEN"], fallbacks.map(({ model, to }) => [model, to.join(", ")]));
  },
};

export const fallbackSet: Command = {
  name: "fallback set",
  summary: "Say which models answer in another's place while it is out, in order",
  usage: "<model> <other>...",
  examples: [{
    line: "geminitro fallback set gemini-2.5-pro gemini-2.5-flash gemini-2.5-flash-lite",
    says: "When every key is out for the first, the second is asked, then the third",
  }],
  options: [],
  takes: { least: 2, most: 1_000 },
  async run(context) {
    const [model = "", ...to] = context.args;
    const fallback = await (await context.client()).putFallback(model, { to });
    context.out.json(fallback);
    context.out.line(`While ${fallback.model} is out: ${fallback.to.join(", then ")}`);
  },
};

export const fallbackRemove: Command = {
  name: "fallback remove",
  summary: "Remove the fallbacks of a model",
  usage: "<model>",
  examples: [{
    line: "geminitro fallback remove gemini-2.5-pro",
    says: "While it is out, calls wait or are refused",
  }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const removed = await (await context.client()).removeFallback(context.args[0] ?? "");
    context.out.json({ removed: removed.model });
    context.out.line(`Removed the fallbacks of ${removed.model}`);
  },
};
