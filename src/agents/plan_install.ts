import { ok, type Result } from "../core/mod.ts";
import type {
  AgentProblem,
  AgentRecord,
  AgentSystem,
  FileRecord,
  FileSpec,
  InstallRequest,
  Plan,
  RecordPort,
  Scope,
} from "./contract.ts";
import { installFacts } from "./install_facts.ts";
import type { InstallFacts, KnownAgent } from "./known_agent.ts";
import { withMcp } from "./mcp_entry.ts";
import { pastProxy } from "./past_proxy.ts";
import { folderOf } from "./places.ts";
import { planDiff } from "./plan_diff.ts";
import { planFile, type PlannedFile } from "./plan_file.ts";
import { registeredAgent } from "./registered_agent.ts";
import { shellLines } from "./shell_lines.ts";

/**
 * What registering the proxy with an agent would write. Nothing is written. Planned again after it was applied, it holds
 * no edit. One file that cannot be edited refuses the whole plan.
 */
export async function planInstall(
  agentId: string,
  request: InstallRequest,
  system: AgentSystem,
  records: RecordPort,
): Promise<Result<Plan, AgentProblem>> {
  const found = await registeredAgent(agentId, records);
  if (!found.ok) return found;
  const { agent, record } = found.value;
  const facts = installFacts(agent, request, record);
  if (!facts.ok) return facts;
  const { specs, notes } = pastProxy(facts.value, await filesOf(agent, facts.value, system), system);
  const files = specs.map((spec) => ({ spec, scope: facts.value.scope }));
  const plan = await planFiles("install", agent, facts.value, files, record, system);
  return plan.ok ? ok({ ...plan.value, notes: [...plan.value.notes, ...notes] }) : plan;
}

/**
 * New model lists, addresses and keys in the files that install wrote, and in no other. No edit when the agent was never
 * registered or nothing changed.
 */
export async function planRefresh(
  agentId: string,
  request: InstallRequest,
  system: AgentSystem,
  records: RecordPort,
): Promise<Result<Plan, AgentProblem>> {
  const found = await registeredAgent(agentId, records);
  if (!found.ok) return found;
  const { agent, record } = found.value;
  const facts = installFacts(agent, { ...request, scope: agent.scopes[0]! }, record);
  if (!facts.ok) return facts;
  const files: { readonly spec: FileSpec; readonly scope: Scope }[] = [];
  for (const { path, scope } of record?.files ?? []) {
    const projectDir = scope === "project" ? folderOf(system, path) : "";
    const own = { ...facts.value, scope, projectDir };
    const { specs } = pastProxy(own, await filesOf(agent, own, system), system);
    const spec = specs.find((one) => one.path === path);
    if (spec !== undefined && await system.exists(path)) files.push({ spec, scope });
  }
  return await planFiles("refresh", agent, facts.value, files, record, system);
}

/** Everything that is written for an agent: its own configuration, and the MCP server where it was asked for. */
async function filesOf(
  agent: KnownAgent,
  facts: InstallFacts,
  system: AgentSystem,
): Promise<readonly FileSpec[]> {
  return await withMcp(agent, facts, await agent.files(facts, system), system);
}

async function planFiles(
  action: "install" | "refresh",
  agent: KnownAgent,
  facts: InstallFacts,
  files: readonly { readonly spec: FileSpec; readonly scope: Scope }[],
  record: AgentRecord | undefined,
  system: AgentSystem,
): Promise<Result<Plan, AgentProblem>> {
  const planned: PlannedFile[] = [];
  for (const { spec, scope } of files) {
    const former = record?.files.find((one) => one.path === spec.path);
    const file = await planFile(system, spec, scope, former);
    if (!file.ok) return file;
    if (file.value !== undefined) planned.push(file.value);
  }
  const edits = planned.map(({ edit }) => edit);
  const env = agent.env?.(facts);
  return ok({
    agent: agent.id,
    action,
    edits,
    diff: planDiff(edits, facts.apiKey),
    notes: [...agent.notes?.(facts) ?? [], ...mcpNotes(agent, facts)],
    ...(env === undefined ? {} : { env, lines: shellLines(system.os, env) }),
    ...(edits.length === 0
      ? {}
      : { record: recordWith(agent.id, record, planned.map((one) => one.record), facts) }),
  });
}

function mcpNotes({ mcp, name }: KnownAgent, facts: InstallFacts): readonly string[] {
  if (facts.mcp === undefined || mcp !== undefined) return [];
  const line = [facts.mcp.command, ...facts.mcp.args].join(" ");
  return [`${name} is not given the MCP server by file; where it takes one, enter the command: ${line}`];
}

function recordWith(
  agent: string,
  record: AgentRecord | undefined,
  files: readonly FileRecord[],
  facts: InstallFacts,
): AgentRecord {
  const kept = (record?.files ?? []).filter(({ path }) => !files.some((one) => one.path === path));
  const { mcp } = facts;
  return {
    version: 1,
    agent,
    defaultModel: facts.defaultModel.id,
    ...(mcp === undefined ? {} : { mcp }),
    files: [...kept, ...files],
  };
}
