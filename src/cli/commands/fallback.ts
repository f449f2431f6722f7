import type { Command } from "../command.ts";

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
