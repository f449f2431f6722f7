import type { AgentsHere, AgentsPortOptions } from "./agents_port.ts";
import { onFirstUse } from "./first_use.ts";

/** The agents of this machine, loaded when somebody asks for them: they bring three parsers of configuration files along. */
export function agentsOnUse(options: AgentsPortOptions): AgentsHere {
  const agents = onFirstUse(async () => {
    // Two texts, not one: see cli.ts.
    const { agentsPort } = await import("./agents_port" + ".ts") as typeof import("./agents_port.ts");
    return agentsPort(options);
  });
  return {
    list: async () => (await agents()).list(),
    install: async (wanted) => (await agents()).install(wanted),
    refresh: async () => (await agents()).refresh(),
  };
}
