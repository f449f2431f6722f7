import {
  AGENTS,
  type AgentSystem,
  detectAgents,
  homeRecords,
  hostSystem,
  type RecordPort,
} from "../../agents/mod.ts";
import { type Context, usageError } from "../command.ts";
import { nearWords } from "../read_arguments.ts";

/** This machine and the records of its registered agents. */
export interface AgentService {
  readonly system: AgentSystem;
  readonly records: RecordPort;
}

export async function agentService(context: Context): Promise<AgentService> {
  const set = Object.entries(context.services.env).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  );
  const system = hostSystem(Object.fromEntries(set));
  return { system, records: homeRecords(system, (await context.settings()).home) };
}

/** Ids as the user wrote them; the original program's `kimi-code` and the like are understood. Throws a usage error for unknown ones. */
export function agentIds(written: readonly string[]): readonly string[] {
  const known = AGENTS.map(({ id }) => id);
  return written.map((one) => {
    const id = one.toLowerCase().replace(/-(?:code|cli)$/, "");
    if (known.includes(id)) return id;
    const near = nearWords(id, known);
    const meant = near.length === 0 ? `Agents: ${known.join(", ")}` : `Did you mean ${near.join(" or ")}?`;
    throw usageError(`There is no agent ${JSON.stringify(one)}`, meant);
  });
}

export function agentName(id: string): string {
  return AGENTS.find((agent) => agent.id === id)?.name ?? id;
}

/** Agents that are on this machine; with `registered`, those that install has registered. */
export async function foundAgents(
  { system, records }: AgentService,
  which: "installed" | "configured",
): Promise<readonly string[]> {
  const all = await detectAgents(system, records);
  return all.filter((one) => one[which] && one.agent !== "manual").map(({ agent }) => agent);
}
