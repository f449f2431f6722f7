/**
 * The command line: one table of commands, one file for each noun. Help, completions and suggestions are
 * generated from the table. Commands use the running server if there is one, else the database directly. Never
 * prompts without a terminal, never prints a secret, never ends a process that is not its own.
 *
 * @module
 */
export { runCli } from "./run_cli.ts";
export { type ServerInfo } from "./server_file.ts";
export type { CliServices, StartedServer } from "./command.ts";
