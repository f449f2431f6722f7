import type { Command } from "../command.ts";
import { bar } from "../bar.ts";
import { span } from "../spans.ts";
import { table } from "../table.ts";

export const capList: Command = {
  name: "cap list",
  summary: "List all caps with their use and their next reset",
  usage: "",
  examples: [{ line: "geminitro cap list", says: "How far each cap is used" }],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const door = await context.client();
    const [view, progress] = await Promise.all([door.caps(), door.capProgress()]);
    const { out } = context;
    out.json({ ...view, progress });
    if (view.caps.length === 0) out.line("There are no caps. Set one: geminitro cap set <model> <limit>");
    const now = Date.now();
    const rows = view.caps.map((cap) => {
      const used = progress.find((one) => one.model === cap.model);
      const name = [cap.model, `${cap.limit} ${cap.unit} ${cap.period}`, cap.action];
      if (used === undefined) return [...name, out.style.dim("off")];
      const left = span(Date.parse(used.nextReset) - now);
      return [...name, bar(used.percentage, used.alertThreshold, out.style), `resets in ${left}`];
    });
    for (const line of table(rows)) out.line(line);
  },
};
