import type {
  AgentModel,
  AgentSystem,
  AgentWire,
  Change,
  DataPath,
  FileSpec,
  FormatName,
  Scope,
} from "./contract.ts";
import { isObject, type Json, parseForeign } from "../core/mod.ts";
import { valueAt } from "./data.ts";

/** An install request with all defaults filled in. */
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
  /** How the agent starts `geminitro mcp`; absent when it is not to be installed. */
  readonly mcp?: McpCommand;
}

/** One run of an agent's headless mode. */
export interface HeadlessRun {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Extracts the agent's final answer from its output. Default: all of it. */
  readonly answer?: (stdout: string) => string;
  /** The agent has no tools: the file is part of the prompt, so that the run does not test tools. */
  readonly withoutTools?: boolean;
  /** A file in the scratch folder that the agent writes its answer to. */
  readonly answerFile?: string;
}

/** Definition of one agent. */
export interface KnownAgent {
  readonly id: string;
  readonly name: string;
  readonly wire: AgentWire;
  /** Its command; absent for agents without one. */
  readonly command?: string;
  readonly scopes: readonly Scope[];
  /** Folders or files that show that the agent is used on this machine. */
  readonly traces: (system: AgentSystem) => readonly string[];
  /** Its configuration files, in the form that the machine already has. */
  readonly files: (facts: InstallFacts, system: AgentSystem) => Promise<readonly FileSpec[]>;
  /** Variables that it reads only from the environment. */
  readonly env?: (facts: InstallFacts) => Readonly<Record<string, string>>;
  /** The place of its MCP servers; absent for agents without any, or that do not configure them by file. */
  readonly mcp?: McpPlace;
  readonly notes?: (facts: InstallFacts) => readonly string[];
  readonly headless?: (model: string, prompt: string) => HeadlessRun;
}

function parsed(line: string): unknown {
  try {
    return parseForeign(line);
  } catch {
    return undefined;
  }
}

/** Joins the values of one field over JSON lines. */
export function jsonLines(stdout: string, field: DataPath, value: string, text: DataPath): string {
  return stdout.split("\n").map(parsed).filter((line) => valueAt(line, field) === value)
    .map((line) => valueAt(line, text)).filter((one) => typeof one === "string").join("\n");
}

/** A field of the JSON object at the end of an output. */
export function jsonField(stdout: string, field: string): string {
  const data = parsed(stdout.slice(Math.max(0, stdout.indexOf("{"))).trim());
  return isObject(data) && typeof data[field] === "string" ? data[field] : "";
}

/** The last assistant message without tool calls, from JSON lines of chat messages. */
export function lastAssistant(stdout: string): string {
  const last = stdout.split("\n").map(parsed).findLast((line) =>
    isObject(line) && line["role"] === "assistant" && !line["tool_calls"]
  );
  const content = valueAt(last, ["content"]);
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((part) => valueAt(part, ["text"]) ?? "").join("") : "";
}

/** Token limits of Gemini models when the list does not say. */
const INPUT = 1_048_576;
const OUTPUT = 65_536;

export function inputLimit(model: AgentModel): number {
  return model.inputTokenLimit ?? INPUT;
}

export function outputLimit(model: AgentModel): number {
  return model.outputTokenLimit ?? OUTPUT;
}

export function thinks(model: AgentModel): boolean {
  return model.thinking ?? true;
}

/** The name shown in model pickers. */
export function labelOf(model: AgentModel): string {
  return `${model.name ?? model.id} (GemiNitro)`;
}

/** How an agent starts the MCP server of this program. */
export interface McpCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** The place and form in which an agent configures the MCP servers that it starts. */
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

/** Adds the MCP server to an agent's files if it was requested and the agent supports one. */
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
