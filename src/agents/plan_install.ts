import { err, ok, type Result, trimEndOf } from "../core/mod.ts";
import type {
  AgentProblem,
  AgentRecord,
  AgentSystem,
  Change,
  FileRecord,
  FileSpec,
  InstallRequest,
  Plan,
  RecordPort,
  Scope,
} from "./contract.ts";
import { type InstallFacts, type KnownAgent, withMcp } from "./known_agent.ts";
import { folderOf } from "./places.ts";
import { planDiff } from "./text_diff.ts";
import { planFile, type PlannedFile } from "./plan_file.ts";
import { registeredAgent } from "./agents.ts";

/**
 * Plans the registration of the proxy with an agent; writes nothing. A plan made after it was applied has no
 * edits. One file that cannot be edited refuses the whole plan.
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
 * Plans new model lists, addresses and keys for the files that install wrote, and for no other. Without edits
 * when the agent was never registered or nothing changed.
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

/** Fills in a request's defaults, from an earlier install where there is one, and refuses what cannot be done. */
function installFacts(
  agent: KnownAgent,
  request: InstallRequest,
  former: Pick<AgentRecord, "defaultModel" | "mcp"> | undefined,
): Result<InstallFacts, AgentProblem> {
  const root = rootOf(request.baseUrl);
  if (root === undefined) {
    return bad(`baseUrl: ${JSON.stringify(request.baseUrl)} is not an http(s) address`);
  }
  if (/[\r\n\0]/.test(request.apiKey) || request.apiKey === "") {
    return bad("apiKey: one line of text is needed");
  }
  const scope = request.scope ?? "global";
  if (!agent.scopes.includes(scope)) return bad(`scope: ${agent.name} has no ${scope} configuration`);
  if (scope === "project" && !request.projectDir) return bad("projectDir: needed with scope project");
  const byId = (id: string | undefined) => request.models.find((model) => model.id === id);
  if (request.defaultModel !== undefined && byId(request.defaultModel) === undefined) {
    return bad(`defaultModel: ${request.defaultModel} is not one of the models`);
  }
  const defaultModel = byId(request.defaultModel) ?? byId(former?.defaultModel) ?? request.models[0];
  if (defaultModel === undefined) {
    return err({
      code: "no_models",
      message: "No model is known yet. Add a key first, so that its models can be listed",
    });
  }
  const mcp = request.mcp ?? former?.mcp;
  return ok({
    ...(mcp === undefined ? {} : { mcp }),
    root,
    v1: `${root}/v1`,
    apiKey: request.apiKey,
    models: request.models,
    defaultModel,
    scope,
    projectDir: request.projectDir ?? "",
  });
}

function bad(message: string): Result<never, AgentProblem> {
  return err({ code: "bad_request", message });
}

function rootOf(baseUrl: string): string | undefined {
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.hostname === "localhost") url.hostname = "127.0.0.1";
  return url.origin + trimEndOf(url.pathname, "/").replace(/\/v1$/, "");
}

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
const EXCEPTIONS = ["NO_PROXY", "no_proxy"];

const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

interface Exceptions {
  /** In upper and lower case, since programs read either. */
  readonly set: Readonly<Record<string, string>>;
  /** True when the environment has them already. */
  readonly there: boolean;
}

/**
 * Where the environment names an outgoing proxy, an agent would send even its calls to GemiNitro through that
 * proxy, with the token in them. Returns the exceptions that keep these calls direct; undefined where no proxy
 * is set.
 */
function exceptions({ root }: InstallFacts, { env }: AgentSystem): Exceptions | undefined {
  if (!PROXIES.some((name) => (env[name] ?? "") !== "")) return undefined;
  const host = new URL(root).hostname.replace(/^\[|\]$/g, "");
  const named = (env["NO_PROXY"] || env["no_proxy"] || "").split(",").map((one) => one.trim());
  const value = [...new Set([...named, ...LOOPBACK, host])].filter((one) => one !== "").join(",");
  const there = named.includes("*") || named.includes(host);
  return { set: Object.fromEntries(EXCEPTIONS.map((name) => [name, value])), there };
}

/** Writes the exceptions if an agent's file contains its environment, else tells the user what to set. */
function pastProxy(
  facts: InstallFacts,
  specs: readonly FileSpec[],
  system: AgentSystem,
): { readonly specs: readonly FileSpec[]; readonly notes: readonly string[] } {
  const found = exceptions(facts, system);
  if (found === undefined) return { specs, notes: [] };
  const { set, there } = found;
  let written = false;
  const direct = specs.map((spec) => {
    const prefix = environmentIn(spec);
    if (prefix === undefined) return spec;
    written = true;
    const changes = Object.entries(set).map(([name, value]): Change => ({
      kind: "put",
      path: [...prefix, name],
      value,
    }));
    return { ...spec, changes: [...spec.changes, ...changes] };
  });
  if (written || there) return { specs: direct, notes: [] };
  const line = `NO_PROXY=${set["NO_PROXY"]}`;
  return {
    specs,
    notes: [
      `A proxy is set in the environment, and calls to GemiNitro would take it: set ${line} where the agent starts`,
    ],
  };
}

/** The path at which a file contains the agent's environment. */
function environmentIn({ format, changes }: FileSpec): readonly string[] | undefined {
  if (format === "env") return [];
  return changes.some(({ path }) => path[0] === "env" && path.length === 2) ? ["env"] : undefined;
}

/** Assignments in the syntax of the user's shell: PowerShell on Windows. */
function shellLines(os: AgentSystem["os"], env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env).map(([name, value]) =>
    os === "windows"
      ? `$env:${name} = '${value.replaceAll("'", "''")}'`
      : `export ${name}=${/^[\w.:/@%+,=-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`}`
  );
}
