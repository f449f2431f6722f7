import type { AgentsHere, AgentsPortOptions } from "./agents_port.ts";
import { onFirstUse } from "./first_use.ts";

/** The agents of this machine, loaded when somebody asks for them: they bring three parsers of configuration files along. */
export function agentsOnUse(options: AgentsPortOptions): AgentsHere {
  // The home folder is that of the start, however late it is looked at.
  const env = Deno.env.toObject();
  const agents = onFirstUse(async () => {
    // Two texts, not one: see cli.ts.
    const { agentsPort } = await import("./agents_port" + ".ts") as typeof import("./agents_port.ts");
    return agentsPort(options, env);
  });
  return {
    list: async () => (await agents()).list(),
    install: async (wanted) => (await agents()).install(wanted),
    refresh: async () => (await agents()).refresh(),
  };
}
