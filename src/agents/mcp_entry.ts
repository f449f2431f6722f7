import type { Json } from "../core/mod.ts";
import type { AgentSystem, Change, DataPath, FileSpec, FormatName } from "./contract.ts";
import type { InstallFacts, KnownAgent } from "./known_agent.ts";

/** How an agent starts the MCP server of this program. */
export interface McpCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** Where an agent keeps the MCP servers that it starts, and the form it wants one in. */
export interface McpPlace {
  readonly file: (system: AgentSystem, facts: InstallFacts) => string | Promise<string>;
  readonly format: FormatName;
  readonly path: DataPath;
  readonly value: (server: McpCommand) => Json;
}

/** The form that most agents read: a command and its arguments. */
export const plainServer = ({ command, args }: McpCommand): Json => ({ command, args: [...args] });
export const stdioServer = ({ command, args }: McpCommand): Json => ({
  type: "stdio",
  command,
  args: [...args],
});

/** Adds the MCP server to an agent's files where it was asked for and the agent takes one. */
export async function withMcp(
  agent: Pick<KnownAgent, "mcp">,
  facts: InstallFacts,
  specs: readonly FileSpec[],
  system: AgentSystem,
): Promise<readonly FileSpec[]> {
  const { mcp: place } = agent;
  const { mcp: server } = facts;
  if (place === undefined || server === undefined || facts.scope !== "global") return specs;
  const path = await place.file(system, facts);
  const change: Change = { kind: "put", path: place.path, value: place.value(server) };
  const same = specs.find((spec) => spec.path === path);
  if (same === undefined) return [...specs, { path, format: place.format, changes: [change] }];
  return specs.map((spec) => spec === same ? { ...spec, changes: [...spec.changes, change] } : spec);
}
