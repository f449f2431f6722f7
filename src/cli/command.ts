import type { Settings } from "../config/mod.ts";
import type { LocalClient } from "../management/client.ts";
import type { Output } from "./output.ts";
import type { ServerInfo } from "./server_file.ts";
import type { CliServices } from "./services.ts";

export interface CommandOption {
  /** Long name without dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help; absent means a flag. */
  readonly value?: string;
  readonly summary: string;
  /** It may be given several times. */
  readonly many?: boolean;
}

export interface Example {
  readonly line: string;
  readonly says: string;
}

/** One command; everything that help and completions say is generated from this. */
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
  /** Does it; the exit code is 0 unless another is returned. */
  run(context: Context): Promise<number | void>;
}

/** What a command works with. Everything costly is opened when it is first asked for and closed after the command. */
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
  /** True when a person can be asked: both ends are a terminal, and neither --json nor CI asks for silence. */
  readonly interactive: boolean;
  /** The environment with `.env` taken in. */
  env(): Promise<Readonly<Record<string, string | undefined>>>;
  settings(): Promise<Settings>;
  /** The server of this data folder, when it runs. */
  server(): Promise<ServerInfo | undefined>;
  /** The management API: of the running server, else on the database itself. */
  client(): Promise<LocalClient>;
  /** Runs another command line with what it opens and closes of its own, and gives its exit code. */
  runAlso(argv: readonly string[]): Promise<number>;
  /** Runs after the command, last given first. */
  atEnd(task: () => void | Promise<void>): void;
}
