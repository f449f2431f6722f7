import type { McpCommand, McpPlace } from "./mcp_entry.ts";
import type { AgentModel, AgentSystem, AgentWire, FileSpec, Scope } from "./contract.ts";

/** A request with its gaps filled. */
export interface InstallFacts {
  /** Without a path and without a slash at the end; `localhost` is written as 127.0.0.1, which every resolver agrees on. */
  readonly root: string;
  /** `root` + `/v1`. */
  readonly v1: string;
  readonly apiKey: string;
  readonly models: readonly AgentModel[];
  readonly defaultModel: AgentModel;
  readonly scope: Scope;
  readonly projectDir: string;
  /** How the agent starts `geminitro mcp`; absent when it is not wanted. */
  readonly mcp?: McpCommand;
}

/** One run of an agent's headless mode. */
export interface HeadlessRun {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The agent's final answer out of its output. Default: all of it. */
  readonly answer?: (stdout: string) => string;
  /** It uses no tools: the file goes into its prompt, so that its answer says nothing of tools. */
  readonly withoutTools?: boolean;
  /** A file in the scratch folder that the agent writes its answer to. */
  readonly answerFile?: string;
}

/** Everything that is known about one agent. */
export interface KnownAgent {
  readonly id: string;
  readonly name: string;
  readonly wire: AgentWire;
  /** Its command; absent for agents without one. */
  readonly command?: string;
  readonly scopes: readonly Scope[];
  /** Folders or files that show that the agent is in use here. */
  readonly traces: (system: AgentSystem) => readonly string[];
  /** Its files, of a form that fits what is there already. */
  readonly files: (facts: InstallFacts, system: AgentSystem) => Promise<readonly FileSpec[]>;
  /** Variables that it takes from the environment alone. */
  readonly env?: (facts: InstallFacts) => Readonly<Record<string, string>>;
  /** Where it takes MCP servers; absent for agents that take none, or none by file. */
  readonly mcp?: McpPlace;
  readonly notes?: (facts: InstallFacts) => readonly string[];
  readonly headless?: (model: string, prompt: string) => HeadlessRun;
}
