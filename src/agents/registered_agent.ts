import { err, ok, type Result } from "../core/mod.ts";
import { knownAgent } from "./agents.ts";
import type { AgentProblem, AgentRecord, RecordPort } from "./contract.ts";
import type { KnownAgent } from "./known_agent.ts";

/** An agent by its id. */
export function findAgent(id: string): Result<KnownAgent, AgentProblem> {
  const agent = knownAgent(id);
  if (agent !== undefined) return ok(agent);
  return err({ code: "unknown_agent", message: `agent: ${JSON.stringify(id)} is not known` });
}

/** An agent by its id, and what an earlier registration wrote into its files. */
export async function registeredAgent(
  id: string,
  records: RecordPort,
): Promise<Result<{ readonly agent: KnownAgent; readonly record: AgentRecord | undefined }, AgentProblem>> {
  const agent = findAgent(id);
  return agent.ok ? ok({ agent: agent.value, record: await records.read(id) }) : agent;
}
