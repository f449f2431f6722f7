import { AGENTS, knownAgent } from "./agents.ts";
import type { AgentSystem, RecordPort } from "./contract.ts";
import type { InstallFacts } from "./known_agent.ts";

/** State of one agent on this machine. */
export interface DetectedAgent {
  readonly agent: string;
  /** Its command is on the PATH, or its folder is there. */
  readonly installed: boolean;
  /** Registered by GemiNitro, in at least one file that is still there. */
  readonly configured: boolean;
  /** The files that install would write, and further ones that it has written. */
  readonly files: readonly string[];
}

/** Looks for every agent; touches nothing and starts nothing. */
export async function detectAgents(
  system: AgentSystem,
  records: RecordPort,
): Promise<readonly DetectedAgent[]> {
  return await Promise.all(AGENTS.map(({ id }) => detectAgent(id, system, records)));
}

async function detectAgent(id: string, system: AgentSystem, records: RecordPort): Promise<DetectedAgent> {
  const agent = knownAgent(id)!;
  const record = await records.read(id);
  const written = (record?.files ?? []).map(({ path }) => path);
  const specs = await agent.files(SAMPLE, system);
  return {
    agent: id,
    installed: await isInstalled(id, system),
    configured: (await Promise.all(written.map((path) => system.exists(path)))).some(Boolean),
    files: [...new Set([...specs.map(({ path }) => path), ...written])],
  };
}

async function isInstalled(id: string, system: AgentSystem): Promise<boolean> {
  const { command, traces } = knownAgent(id)!;
  if (command !== undefined && await system.which(command) !== undefined) return true;
  return (await Promise.all(traces(system).map((path) => system.exists(path)))).some(Boolean);
}

/** A sample request, of which only the paths are used. */
const SAMPLE: InstallFacts = {
  root: "http://127.0.0.1",
  v1: "http://127.0.0.1/v1",
  apiKey: "none",
  models: [],
  defaultModel: { id: "none" },
  scope: "global",
  projectDir: "",
};
