import type { Json } from "../core/mod.ts";
import type { McpCommand } from "./known_agent.ts";

/** The API that an agent speaks with the proxy. */
export type AgentWire = "openai_chat" | "openai_responses" | "anthropic_messages" | "gemini";

export type Scope = "global" | "project";

/** A model as agents' configuration files want to know it. */
export interface AgentModel {
  readonly id: string;
  readonly name?: string;
  readonly inputTokenLimit?: number;
  readonly outputTokenLimit?: number;
  readonly thinking?: boolean;
}

/** Facts about the proxy that an agent's configuration gets. */
export interface InstallRequest {
  /** The proxy's root, with or without `/v1`: `http://127.0.0.1:7536`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly models: readonly AgentModel[];
  /** Set in the agent only where the user has no default of their own. Default: the first model. */
  readonly defaultModel?: string;
  /** Default: global. */
  readonly scope?: Scope;
  /** Needed with scope `project`. */
  readonly projectDir?: string;
  /** Also writes the MCP server of this program, started by this command, into agents that take one. */
  readonly mcp?: McpCommand;
}

export type DataPath = readonly (string | number)[];

/** One thing that an agent's configuration must hold. */
export type Change =
  /** The value lies at the path; objects are merged key by key, unknown keys stay. */
  | { readonly kind: "put"; readonly path: DataPath; readonly value: Json }
  /** Set only when neither the path nor one of `unless` is there: the user's own choice wins. */
  | {
    readonly kind: "default";
    readonly path: DataPath;
    readonly value: Json;
    readonly unless?: readonly DataPath[];
  }
  /** Nothing lies at the path: it would contradict what is put in. */
  | { readonly kind: "absent"; readonly path: DataPath }
  /** The list at the path holds these items; `by` names the fields that tell whether an item is the same one. */
  | {
    readonly kind: "items";
    readonly path: DataPath;
    readonly by: readonly string[];
    readonly values: readonly Json[];
    /** Leave the list alone when the user has none. */
    readonly onlyInList?: boolean;
  };

export type FormatName = "jsonc" | "toml" | "yaml" | "env" | "block";

/** One configuration file and what must be in it. */
export interface FileSpec {
  readonly path: string;
  readonly format: FormatName;
  readonly changes: readonly Change[];
  /** It holds keys alone, so that nobody else may read it, also where it was there before with wider rights. */
  readonly holdsKeys?: boolean;
}

/** One file of a plan. `before` absent: the file is new; `after` absent: the file is removed. */
export interface Edit {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
  /** Mode of a new file; an existing one keeps its own. */
  readonly mode?: number;
  /** The most of its mode that an existing file keeps; absent: all of it. */
  readonly mostMode?: number;
}

/** Values that install put into one file, and those that were there before. */
export interface FileRecord {
  readonly path: string;
  readonly format: FormatName;
  readonly scope: Scope;
  /** The file without GemiNitro; null when there was no file. */
  readonly before: string | null;
  readonly after: string;
  /** Content of an earlier install, as long as the write of `after` is not known to be done. */
  readonly earlier?: string;
  readonly changes: readonly Change[];
  readonly at: string;
  /** Folders that did not exist before, outermost first. */
  readonly madeFolders: readonly string[];
}

export interface AgentRecord {
  readonly version: 1;
  readonly agent: string;
  /** The default that install chose; kept as long as the model is there. */
  readonly defaultModel?: string;
  /** The MCP server that install wrote; refreshed with the rest. */
  readonly mcp?: McpCommand;
  readonly files: readonly FileRecord[];
}

/** The writes of an install before they are made. Plain JSON; `before` and `after` may hold secrets, `diff` shows none. */
export interface Plan {
  readonly agent: string;
  readonly action: "install" | "refresh" | "uninstall";
  /** Empty when there is nothing to do. */
  readonly edits: readonly Edit[];
  /** Unified diff of all edits; the proxy key and known shapes of secrets are masked. */
  readonly diff: string;
  readonly notes: readonly string[];
  /** Variables that the agent takes from the environment alone; nothing writes them for the user. */
  readonly env?: Readonly<Record<string, string>>;
  /** Lines to show: `env` in the words of the user's shell, or what to enter by hand. */
  readonly lines?: readonly string[];
  /** The record after this plan; null takes it away. Absent: unchanged. */
  readonly record?: AgentRecord | null;
}

export type AgentProblemCode =
  | "unknown_agent"
  | "no_models"
  | "bad_request"
  | "broken_file"
  | "uneditable"
  | "unreadable"
  | "changed"
  | "write_failed";

/** Why there is no plan, or why it was not carried out. The file was left alone. */
export interface AgentProblem {
  readonly code: AgentProblemCode;
  readonly message: string;
  readonly path?: string;
  /** Where a file does not parse; both from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** The result of running an agent once. */
export interface ProcessResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** The machine, as this module sees it. */
export interface AgentSystem {
  readonly os: "linux" | "darwin" | "windows";
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Epoch milliseconds. */
  now(): number;
  /** Undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  exists(path: string): Promise<boolean>;
  /** All or nothing: the old or the new content, also when the process is killed. Follows a symlink, keeps the mode of an existing file, of which no more than `most` stays. */
  write(path: string, content: Uint8Array, mode?: number, most?: number): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes a folder and its parents and returns those it made, outermost first. */
  makeFolder(path: string): Promise<readonly string[]>;
  /** Removes a folder if nothing is in it. */
  removeEmptyFolder(path: string): Promise<void>;
  /** The full path of a command on the PATH. */
  which(command: string): Promise<string | undefined>;
  run(command: string, args: readonly string[], options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    /** Ends what the program has started and left running, such as a daemon of its own. */
    readonly endHelpers?: boolean;
  }): Promise<ProcessResult>;
  /** An empty folder that goes away with the block. */
  scratch(): Promise<{ readonly path: string } & AsyncDisposable>;
}

/** Where records and backups are kept. */
export interface RecordPort {
  read(agent: string): Promise<AgentRecord | undefined>;
  write(agent: string, record: AgentRecord): Promise<void>;
  remove(agent: string): Promise<void>;
  /** Keeps a copy of a file as it was. */
  backup(agent: string, path: string, content: string): Promise<void>;
}
