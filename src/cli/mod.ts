/**
 * The command line: one table of commands, each in a file of its own. Help, completions and suggestions are generated from
 * the table. Commands work through the running server when there is one, else on the database itself. Never prompts without
 * a terminal, never prints a secret, never ends a process that is not its own.
 *
 * @module
 */
export { runCli } from "./run_cli.ts";
export { type ServerInfo } from "./server_file.ts";
export type { CliServices, StartedServer } from "./command.ts";
