import type { Planned } from "../agents/carry_out.ts";
import type { Command, Context } from "../command.ts";

export const uninstall: Command = {
  name: "uninstall",
  summary: "Take out of agents' configurations exactly what install put in",
  usage: "[agent]...",
  examples: [
    { line: "geminitro uninstall", says: "From every agent that it was registered with" },
    { line: "geminitro uninstall codex --yes", says: "From one, without a question" },
  ],
  options: [
    { name: "yes", short: "y", summary: "Write without asking" },
    { name: "dry-run", summary: "Only show what would be written" },
  ],
  takes: { least: 0, most: 50 },
  async run(context) {
    const [{ agentIds, agentService, foundAgents }, { carryOut }, { planUninstall }] = await Promise.all([
      import("../agents/agent_service.ts"),
      import("../agents/carry_out.ts"),
      import("../../agents/mod.ts"),
    ]);
    const service = await agentService(context);
    const ids = context.args.length > 0 ? agentIds(context.args) : await foundAgents(service, "configured");
    if (ids.length === 0) return nothing(context);
    const planned: Planned[] = [];
    for (const agent of ids) {
      planned.push({ agent, plan: await planUninstall(agent, service.system, service.records) });
    }
    const reports = await carryOut(context, service, planned);
    context.out.json({ agents: reports });
    const failed = reports.filter(({ action }) => action === "failed");
    context.out.line();
    context.out.line(`${reports.filter(({ action }) => action === "changed").length} taken out`);
    for (const { agent, problem } of failed) {
      context.out.line(`${agent}: ${problem ?? "it could not be changed"}`);
    }
    return failed.length > 0 ? 1 : 0;
  },
};

function nothing({ out }: Context): void {
  out.json({ agents: [] });
  out.line("GemiNitro is registered with no agent.");
}
