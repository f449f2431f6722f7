import { type AgentProblem, applyPlan, type InstallRequest, type Plan } from "../../agents/mod.ts";
import { DEFAULT_PROXY_API_KEY } from "../../config/mod.ts";
import type { Result } from "../../core/mod.ts";
import { CommandError, type Context, usageError } from "../command.ts";
import { agentName, type AgentService } from "./agent_service.ts";
import { oneOf } from "../read_arguments.ts";
import { selfCommand } from "../self_command.ts";
import { localUrl } from "../server_file.ts";
import { chatModels, defaultModel } from "../ask_once.ts";

/** The outcome for one agent. */
export interface AgentReport {
  readonly agent: string;
  readonly action: "changed" | "unchanged" | "failed" | "planned";
  readonly files: readonly string[];
  readonly diff: string;
  readonly notes: readonly string[];
  readonly lines: readonly string[];
  readonly problem?: string;
}

export interface Planned {
  readonly agent: string;
  readonly plan: Result<Plan, AgentProblem>;
}

/** Shows the plans, asks for consent if something would be written, and applies them, one agent after the other. */
export async function carryOut(
  context: Context,
  service: AgentService,
  planned: readonly Planned[],
): Promise<readonly AgentReport[]> {
  const mask = await tokenMask(context);
  for (const one of planned) showPlan(context, one, mask);
  const writes = planned.some(({ plan }) => plan.ok && plan.value.edits.length > 0);
  if (context.flag("dry-run")) return planned.map((one) => masked(reportOf(one, "planned"), mask));
  if (writes) await demandConsent(context);
  const reports: AgentReport[] = [];
  for (const one of planned) reports.push(masked(await applyOne(one, service), mask));
  return reports;
}

/** The owner's token is a secret unless it is the default: lines for the user replace it by its variable. */
async function tokenMask(context: Context): Promise<(text: string) => string> {
  const { proxyApiKey } = await context.settings();
  if (proxyApiKey === DEFAULT_PROXY_API_KEY) return (text) => text;
  return (text) => text.replaceAll(proxyApiKey, "<your PROXY_API_KEY>");
}

function masked(report: AgentReport, mask: (text: string) => string): AgentReport {
  return { ...report, diff: mask(report.diff), notes: report.notes.map(mask), lines: report.lines.map(mask) };
}

async function applyOne(one: Planned, { system, records }: AgentService): Promise<AgentReport> {
  if (!one.plan.ok) return reportOf(one, "failed", one.plan.error.message);
  const applied = await applyPlan(one.plan.value, system, records);
  if (!applied.ok) return reportOf(one, "failed", applied.error.message);
  return reportOf(one, one.plan.value.edits.length > 0 ? "changed" : "unchanged");
}

function reportOf({ agent, plan }: Planned, action: AgentReport["action"], problem?: string): AgentReport {
  const { edits, diff, notes, lines } = plan.ok ? plan.value : { edits: [], diff: "", notes: [], lines: [] };
  const said = problem ?? (plan.ok ? undefined : plan.error.message);
  return {
    agent,
    action: plan.ok ? action : "failed",
    files: edits.map(({ path }) => path),
    diff,
    notes,
    lines: lines ?? [],
    ...(said === undefined ? {} : { problem: said }),
  };
}

function showPlan({ out }: Context, { agent, plan }: Planned, mask: (text: string) => string): void {
  const { style } = out;
  out.line(style.bold(agentName(agent)));
  if (!plan.ok) return out.line(`  ${style.red("left alone")}: ${plan.error.message}`);
  const { diff, notes, lines, edits } = plan.value;
  if (edits.length === 0 && agent !== "manual") out.line("  Nothing to change.");
  for (const line of diff === "" ? [] : diff.trimEnd().split("\n")) {
    out.verbatim(`  ${paint(mask(line), out.style)}`);
  }
  for (const note of notes) out.line(`  ${mask(note)}`);
  for (const line of lines ?? []) out.verbatim(`  ${mask(line)}`);
}

function paint(line: string, style: Context["out"]["style"]): string {
  if (line.startsWith("+") && !line.startsWith("+++")) return style.green(line);
  if (line.startsWith("-") && !line.startsWith("---")) return style.red(line);
  return line.startsWith("@@") ? style.cyan(line) : line;
}

async function demandConsent(context: Context): Promise<void> {
  if (context.flag("yes")) return;
  if (!context.interactive) {
    throw usageError("Nothing was written: this needs your consent", "Without a terminal, give --yes.");
  }
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({ message: "Write this? Backups are kept." });
  if (isCancel(answer) || answer !== true) {
    throw new CommandError("Nothing was written", { code: "cancelled" });
  }
}

/** The facts about the proxy that agents need: its address, its token, and the models that its keys serve now. */
export async function installRequest(context: Context): Promise<InstallRequest> {
  const settings = await context.settings();
  const running = await context.server();
  const { entries } = await (await context.client()).models();
  const models = chatModels(entries);
  if (models.length === 0) {
    throw new CommandError("No model is known yet, so there is nothing to tell an agent", {
      code: "no_models",
      hint: "Add a key first: geminitro key add <key>",
    });
  }
  const model = context.text("model") ?? defaultModel(models);
  if (!models.some(({ id }) => id === model)) {
    throw usageError(
      `--model ${model} is not one of the models`,
      "geminitro stats and GET /v1/models list them.",
    );
  }
  const scope = oneOf(context, "scope", ["global", "project"] as const) ?? "global";
  return {
    baseUrl: localUrl(running ?? settings),
    apiKey: settings.proxyApiKey,
    models: models.map((one) => ({
      id: one.id,
      name: one.displayName,
      inputTokenLimit: one.inputTokenLimit,
      outputTokenLimit: one.outputTokenLimit,
      thinking: one.thinking,
    })),
    ...(model === undefined ? {} : { defaultModel: model }),
    scope,
    ...(scope === "project" ? { projectDir: Deno.cwd() } : {}),
    ...(context.flag("mcp") ? { mcp: mcpCommand(context) } : {}),
  };
}

/** How an agent starts this very program's MCP server. */
function mcpCommand({ services }: Context): { readonly command: string; readonly args: readonly string[] } {
  const { program, args } = selfCommand(services, ["mcp"]);
  return { command: program, args };
}
