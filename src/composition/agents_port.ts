import {
  type AgentModel,
  AGENTS,
  applyPlan,
  detectAgents,
  homeRecords,
  hostSystem,
  planInstall,
  planRefresh,
  type Scope,
} from "../agents/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import type { Settings } from "../config/mod.ts";
import { type JsonObject, ok } from "../core/mod.ts";
import type { AgentsPort } from "../management/mod.ts";

export interface AgentsPortOptions {
  readonly settings: Settings;
  readonly catalog: Catalog;
  /** Provides the owner's key now in force. */
  readonly admin: { ownerKey(): string };
}

/** One agent's registration, as the API returns it. */
interface AgentChange {
  readonly agent: string;
  readonly ok: boolean;
  readonly message: string;
  readonly diff: string;
  readonly notes: readonly string[];
  readonly lines: readonly string[];
}

/** Coding agents of this machine. */
export interface AgentsHere extends AgentsPort {
  /** Brings the model lists up to date in the files that GemiNitro registered; all others are left alone. */
  refresh(): Promise<JsonObject>;
}

/** Coding agents of this machine, for the management API and the jobs: the same plans that the command line makes. */
export function agentsPort(
  { settings, catalog, admin }: AgentsPortOptions,
  env: Readonly<Record<string, string>>,
): AgentsHere {
  const system = hostSystem(env);
  const records = homeRecords(system, settings.home);
  const names = new Map(AGENTS.map(({ id, name }) => [id, name]));

  const request = () => ({
    baseUrl: `http://localhost:${settings.port}`,
    apiKey: admin.ownerKey(),
    models: agentModels(catalog),
  });

  async function install(agent: string, scope: Scope, dryRun: boolean): Promise<AgentChange> {
    const plan = await planInstall(agent, { ...request(), scope, projectDir: Deno.cwd() }, system, records);
    if (!plan.ok) return { agent, ok: false, message: plan.error.message, diff: "", notes: [], lines: [] };
    const { diff, notes, lines = [], edits } = plan.value;
    const applied = dryRun ? ok(undefined) : await applyPlan(plan.value, system, records);
    const done = edits.length === 0 ? "Already registered" : dryRun ? "Ready to register" : "Registered";
    return { agent, ok: applied.ok, message: applied.ok ? done : applied.error.message, diff, notes, lines };
  }

  return {
    async list() {
      const found = await detectAgents(system, records);
      return found.map(({ agent, installed, configured, files }) => ({
        id: agent,
        name: names.get(agent) ?? agent,
        detected: installed,
        installed: configured,
        path: files[0] ?? "",
        files,
      }));
    },
    async refresh() {
      let changed = 0;
      // While no model is known a refresh would only empty the list.
      for (const { id } of request().models.length === 0 ? [] : AGENTS) {
        if (await records.read(id) === undefined) continue;
        const plan = await planRefresh(id, request(), system, records);
        if (!plan.ok || plan.value.edits.length === 0) continue;
        if ((await applyPlan(plan.value, system, records)).ok) changed++;
      }
      return { changed };
    },
    async install({ agents, scope, dryRun }) {
      const results: AgentChange[] = [];
      for (const agent of agents) results.push(await install(agent, scope, dryRun));
      return ok({ results });
    },
  };
}

/** Models that answer chats, the newest families first, which Google lists last. */
function agentModels(catalog: Catalog): readonly AgentModel[] {
  return catalog.list()
    .filter(({ methods }) => methods.includes("generateContent"))
    .map(({ id, displayName, inputTokenLimit, outputTokenLimit, thinking }) => ({
      id,
      name: displayName,
      inputTokenLimit,
      outputTokenLimit,
      thinking,
    }));
}
