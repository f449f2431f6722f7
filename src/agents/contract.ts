import type { Json } from "../core/mod.ts";
import type { McpCommand } from "./known_agent.ts";

/** The API that an agent speaks with the proxy. */
export type AgentWire = "openai_chat" | "openai_responses" | "anthropic_messages" | "gemini";

export type Scope = "global" | "project";

/** A model as agents' configuration files describe it. */
export interface AgentModel {
  readonly id: string;
  readonly name?: string;
  readonly inputTokenLimit?: number;
  readonly outputTokenLimit?: number;
  readonly thinking?: boolean;
}

/** Facts about the proxy for an agent's configuration. */
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
  /** Also writes the MCP server of this program, started by this command, into agents that support one. */
  readonly mcp?: McpCommand;
}

export type DataPath = readonly (string | number)[];

/** One thing that an agent's configuration must hold. */
export type Change =
  /** The value must be at the path; objects are merged key by key, other keys stay. */
  | { readonly kind: "put"; readonly path: DataPath; readonly value: Json }
  /** Set only when neither the path nor one of `unless` exists: the user's own choice wins. */
  | {
    readonly kind: "default";
    readonly path: DataPath;
    readonly value: Json;
    readonly unless?: readonly DataPath[];
  }
  /** Nothing must be at the path: it would contradict what is written. */
  | { readonly kind: "absent"; readonly path: DataPath }
  /** The list at the path must contain these items; `by` names the fields that identify an item. */
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
  /** It contains only keys: nobody else may read it, even if it existed with wider permissions. */
  readonly holdsKeys?: boolean;
}

/** One file of a plan. `before` absent: the file is new; `after` absent: the file is removed. */
export interface Edit {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
  /** Mode of a new file; an existing one keeps its own. */
  readonly mode?: number;
  /** Mode bits that an existing file may keep; absent: all. */
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
  /** Content of an earlier install, until the write of `after` is confirmed. */
  readonly earlier?: string;
  readonly changes: readonly Change[];
  readonly at: string;
  /** Folders that install created, outermost first. */
  readonly madeFolders: readonly string[];
}

export interface AgentRecord {
  readonly version: 1;
  readonly agent: string;
  /** The default that install chose; kept while the model exists. */
  readonly defaultModel?: string;
  /** The MCP server that install wrote; refreshed with the rest. */
  readonly mcp?: McpCommand;
  readonly files: readonly FileRecord[];
}

/** The planned writes of an install. Plain JSON; `before` and `after` may contain secrets, `diff` does not. */
export interface Plan {
  readonly agent: string;
  readonly action: "install" | "refresh" | "uninstall";
  /** Empty when there is nothing to do. */
  readonly edits: readonly Edit[];
  /** Unified diff of all edits; the proxy key and known shapes of secrets are masked. */
  readonly diff: string;
  readonly notes: readonly string[];
  /** Variables that the agent reads only from the environment; the user must set them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Lines to show: `env` in the syntax of the user's shell, or values to enter by hand. */
  readonly lines?: readonly string[];
  /** The record after this plan; null removes it. Absent: unchanged. */
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

/** The reason why there is no plan or why it was not applied. No file was changed. */
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
  /**
   * Writes atomically, also when the process is killed. Follows a symlink; an existing file keeps its mode,
   * limited to `most`.
   */
  write(path: string, content: Uint8Array, mode?: number, most?: number): Promise<void>;
  remove(path: string): Promise<void>;
  /** Creates a folder and its parents and returns those it created, outermost first. */
  makeFolder(path: string): Promise<readonly string[]>;
  /** Removes a folder if nothing is in it. */
  removeEmptyFolder(path: string): Promise<void>;
  /** The full path of a command on the PATH. */
  which(command: string): Promise<string | undefined>;
  run(command: string, args: readonly string[], options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    /** Ends processes that the program has started and left running, such as a daemon. */
    readonly endHelpers?: boolean;
  }): Promise<ProcessResult>;
  /** An empty folder that is removed at the end of the block. */
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
