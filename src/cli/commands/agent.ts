import type { AgentReport, Planned } from "../agents/carry_out.ts";
import type { AgentService } from "../agents/agent_service.ts";
import { type Command, CommandError, type Context, usageError } from "../command.ts";

export const install: Command = {
  name: "install",
  summary: "Register the proxy with coding agents; shows what it will write first",
  usage: "[agent]...",
  examples: [
    { line: "geminitro install", says: "Choose among the agents on this machine" },
    { line: "geminitro install opencode codex --yes", says: "Without a question, for scripts" },
    { line: "geminitro install opencode --scope project", says: "Only in the current folder" },
    { line: "geminitro install claude --yes --test", says: "And run it once to see that it works" },
    {
      line: "geminitro install claude codex --mcp",
      says: "They can ask what quota is left and which model to use",
    },
    { line: "geminitro install manual", says: "Only print the address and the token to enter by hand" },
  ],
  options: [
    { name: "yes", short: "y", summary: "Write without asking" },
    { name: "scope", value: "<scope>", summary: "global or project (the current folder); default global" },
    { name: "model", value: "<id>", summary: "Default model, where you have none of your own" },
    { name: "dry-run", summary: "Only show what would be written" },
    { name: "mcp", summary: "Also let the agents ask the pool (geminitro mcp), where they take MCP servers" },
    { name: "test", summary: "Run each agent's own headless mode once and say how it went" },
    { name: "list", summary: "List the agents and whether they are here" },
  ],
  takes: { least: 0, most: 50 },
  async run(context) {
    const { agentService } = await import("../agents/agent_service.ts");
    const service = await agentService(context);
    if (context.flag("list")) return await list(context, service);
    const ids = await chosen(context, service);
    const { carryOut, installRequest } = await import("../agents/carry_out.ts");
    const request = await installRequest(context);
    const { planInstall } = await import("../../agents/mod.ts");
    const planned: Planned[] = [];
    for (const agent of ids) {
      planned.push({ agent, plan: await planInstall(agent, request, service.system, service.records) });
    }
    const reports = await carryOut(context, service, planned);
    const tests = context.flag("test")
      ? await test(context, service, planned, request.defaultModel ?? "")
      : [];
    context.out.json({ agents: reports, ...(context.flag("test") ? { tests } : {}) });
    logReports(context, reports);
    return [...reports.map(({ action }) => action), ...tests.map(({ outcome }) => outcome)].includes("failed")
      ? 1
      : 0;
  },
};

async function chosen(context: Context, service: AgentService): Promise<readonly string[]> {
  const { agentIds, agentName, foundAgents } = await import("../agents/agent_service.ts");
  if (context.args.length > 0) return agentIds(context.args);
  const found = await foundAgents(service, "installed");
  if (found.length === 0) {
    throw new CommandError("No coding agent was found on this machine", {
      hint: "Name one (geminitro install --list), or see what to enter by hand: geminitro install manual",
    });
  }
  if (context.flag("yes")) return found;
  if (!context.interactive) {
    throw usageError(
      "Name the agents to register",
      `Found here: ${found.join(", ")}. Or give --yes for all.`,
    );
  }
  const { isCancel, multiselect } = await import("@clack/prompts");
  const answer = await multiselect({
    message: "Which agents are to use GemiNitro?",
    options: found.map((id) => ({ value: id, label: agentName(id) })),
    initialValues: [...found],
  });
  if (isCancel(answer)) throw new CommandError("Nothing was written", { code: "cancelled" });
  return answer;
}

async function list({ out }: Context, { system, records }: AgentService): Promise<void> {
  const { AGENTS, detectAgents } = await import("../../agents/mod.ts");
  const found = await detectAgents(system, records);
  out.json(AGENTS.map((agent) => ({ ...agent, ...found.find((one) => one.agent === agent.id) })));
  const rows = AGENTS.map(({ id, name, wire }) => {
    const here = found.find((one) => one.agent === id);
    const state = here?.configured ? "registered" : here?.installed ? "found" : "-";
    return [id, name, wire, state];
  });
  out.table(["AGENT", "NAME", "SPEAKS", "HERE"], rows);
}

async function test(context: Context, { system }: AgentService, planned: readonly Planned[], model: string) {
  if (await context.server() === undefined) {
    throw new CommandError("--test needs the running server", { hint: "Start it: geminitro start --detach" });
  }
  const { testInstall } = await import("../../agents/mod.ts");
  const results = [];
  for (const { agent, plan } of planned) {
    if (!plan.ok) continue;
    const { env } = plan.value;
    const tested = await testInstall(agent, { model, ...(env === undefined ? {} : { env }) }, system);
    if (!tested.ok) continue;
    const { outcome, reason, seconds, output } = tested.value;
    context.out.line(`${agent}: ${outcome} (${seconds} s). ${reason}`);
    if (output !== undefined) context.out.line(output);
    results.push(tested.value);
  }
  return results;
}

function logReports({ out }: Context, reports: readonly AgentReport[]): void {
  const count = (action: AgentReport["action"]) =>
    reports.filter((report) => report.action === action).length;
  out.line();
  out.line(`${count("changed")} registered, ${count("unchanged")} unchanged, ${count("failed")} left alone`);
  for (const { agent, problem, action } of reports) {
    if (action === "failed") out.line(`${agent}: ${problem ?? "it could not be changed"}`);
  }
}

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
