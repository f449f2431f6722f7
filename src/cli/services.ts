import type { Admin } from "../admin/mod.ts";
import type { Environment, Settings } from "../config/mod.ts";
import type { LocalClient } from "../management/client.ts";

/** A server that this process runs. */
export interface StartedServer {
  readonly port: number;
  /** Where it can be reached; without a slash at the end. */
  readonly url: string;
  /** Takes no more calls, lets the running ones end for at most `patienceMs`, then closes everything. */
  stop(patienceMs?: number): Promise<void>;
}

/** The management API on the database itself, for one command. */
export interface Visit {
  readonly client: LocalClient;
  readonly admin: Pick<Admin, "backupDocument">;
  close(): Promise<void>;
}

/** What the root of the program gives the command line, so that this service need not know how a server is put together. */
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
  /** Opens the database for a visit, while no server has it open. */
  visit(settings: Settings): Promise<Visit>;
  /** Resolves with the first signal that asks the process to end. */
  endSignal(): Promise<string>;
}
