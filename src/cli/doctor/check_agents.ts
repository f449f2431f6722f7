import { agentName, type AgentService, foundAgents } from "../agents/agent_service.ts";
import { type Finding, good, odd } from "./finding.ts";

/** Agents that are here, and whether they use the proxy. */
export async function checkAgents(service: AgentService): Promise<Finding> {
  const [here, registered] = await Promise.all([
    foundAgents(service, "installed"),
    foundAgents(service, "configured"),
  ]);
  const names = (ids: readonly string[]) => ids.map(agentName).join(", ");
  if (here.length === 0 && registered.length === 0) return good("agents", "No coding agent was found here");
  const missing = here.filter((id) => !registered.includes(id));
  if (registered.length === 0) {
    return odd("agents", `None of ${names(missing)} is registered`, "Register them: geminitro install");
  }
  const rest = missing.length === 0 ? "" : `; not registered: ${names(missing)}`;
  return good("agents", `Registered: ${names(registered)}${rest}`);
}
