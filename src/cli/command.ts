import type { Environment, Settings } from "../config/mod.ts";
import type { LocalClient } from "../management/client.ts";
import type { Output } from "./output.ts";
import type { ServerInfo } from "./server_file.ts";
import type { Admin } from "../admin/mod.ts";

export interface CommandOption {
  /** Long name without dashes. */
  readonly name: string;
  readonly short?: string;
  /** Placeholder of the value in the help; absent for a flag. */
  readonly value?: string;
  readonly summary: string;
  /** It may be given several times. */
  readonly many?: boolean;
}

export interface Example {
  readonly line: string;
  readonly says: string;
}

/** One command; help and completions are generated from this. */
export interface Command {
  /** Its words, for example `key add`. */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as the help shows them, for example `<key>...`; empty for none. */
  readonly usage: string;
  readonly examples: readonly Example[];
  readonly options: readonly CommandOption[];
  /** How many positional arguments it takes. */
  readonly takes: { readonly least: number; readonly most: number };
  /** Runs the command; the exit code is 0 unless another is returned. */
  run(context: Context): Promise<number | void>;
}

/** The context of a command. Costly things are opened on first use and closed after the command. */
export interface Context {
  readonly args: readonly string[];
  /** True when the flag was given. */
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  /** A whole number of at least `least`, or a usage error that names the option. */
  number(name: string, least?: number): number | undefined;
  readonly json: boolean;
  readonly out: Output;
  readonly services: CliServices;
  /** True when a person can be asked: input and output are a terminal, and neither --json nor CI is set. */
  readonly interactive: boolean;
  /** The environment including `.env`. */
  env(): Promise<Readonly<Record<string, string | undefined>>>;
  settings(): Promise<Settings>;
  /** The server of this data folder, when it runs. */
  server(): Promise<ServerInfo | undefined>;
  /** The management API of the running server, else directly on the database. */
  client(): Promise<LocalClient>;
  /** Runs another command line in its own context and returns its exit code. */
  runAlso(argv: readonly string[]): Promise<number>;
  /** Runs after the command, last given first. */
  atEnd(task: () => void | Promise<void>): void;
}

/** A server that this process runs. */
export interface StartedServer {
  readonly port: number;
  /** Its address; without a slash at the end. */
  readonly url: string;
  /** Takes no more calls, lets the running ones end for at most `patienceMs`, then closes everything. */
  stop(patienceMs?: number): Promise<void>;
}

/** The management API on the database itself, for one command. */
interface Visit {
  readonly client: LocalClient;
  readonly admin: Pick<Admin, "backupDocument">;
  close(): Promise<void>;
}

/**
 * Services that the program's root passes to the command line, so that the latter need not know how a server is
 * composed.
 */
export interface CliServices {
  readonly version: string;
  /** The project's folder in a checkout; absent for the executable. */
  readonly projectDir?: string;
  /** The program's first module, to start it again as a process of its own; absent for the executable. */
  readonly entry?: string;
  /** The process environment. */
  readonly env: Environment;
  readonly terminal: { readonly input: boolean; readonly output: boolean; readonly columns: number };
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Throws with what to do when a setting is wrong, the database cannot be opened or the port is taken. */
  startServer(
    options: { readonly env: Environment; readonly print?: (line: string) => void },
  ): Promise<StartedServer>;
  /** Opens the database for a visit, while no server uses it. */
  visit(settings: Settings): Promise<Visit>;
  /** Resolves with the first signal that asks the process to end. */
  endSignal(): Promise<string>;
}

/** A command that cannot go on. Its message is printed as it is; 1 means that it failed, 2 that its usage was wrong. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: 1 | 2;
  /** What to do about it; printed on a line of its own. */
  readonly hint: string | undefined;
  /** Machine word for --json. */
  readonly code: string;

  constructor(message: string, more: { exitCode?: 1 | 2; hint?: string; code?: string } = {}) {
    super(message);
    this.exitCode = more.exitCode ?? 1;
    this.hint = more.hint;
    this.code = more.code ?? (this.exitCode === 2 ? "usage" : "failed");
  }
}

/** Makes the error for wrong usage: exit code 2. */
export function usageError(message: string, hint?: string): CommandError {
  return new CommandError(message, { exitCode: 2, ...(hint === undefined ? {} : { hint }) });
}
