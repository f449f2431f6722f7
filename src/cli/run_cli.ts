import { keepCallsHome } from "../system/mod.ts";
import { ApiError } from "../management/client.ts";
import { type CliServices, type Command, CommandError } from "./command.ts";
import { openContext } from "./command_context.ts";
import { COMMANDS } from "./command_table.ts";
import { commandHelp, familyHelp, programHelp } from "./help.ts";
import { commandName, installKind } from "../update/mod.ts";
import { asCalled, createOutput, type Output } from "./output.ts";
import { findCommand, readArguments } from "./read_arguments.ts";
import { wrapLine } from "./table.ts";

/** Runs one command line and gives the exit code: 0 done, 1 failed, 2 written wrongly. Never throws. */
export async function runCli(argv: readonly string[], services: CliServices): Promise<number> {
  keepCallsHome();
  const out = outputOf(argv, services);
  try {
    return await dispatch(argv, services, out);
  } catch (cause) {
    return logFailure(cause, out);
  }
}

async function dispatch(argv: readonly string[], services: CliServices, out: Output): Promise<number> {
  const found = findCommand(argv, COMMANDS);
  if (found.kind === "command") return await runCommand(found.command, found.rest, services, out);
  if (found.kind === "family") return show(familyHelp(found.word, found.members, out.style), services, argv);
  if (found.kind === "unknown") {
    const meant = found.near.map((name) => `geminitro ${name}`).join(" or ");
    throw new CommandError(`There is no command ${found.written}`, {
      exitCode: 2,
      hint: meant === "" ? "geminitro --help shows every command." : `Did you mean ${meant}?`,
    });
  }
  if (argv.includes("--version") || argv.includes("-V")) {
    services.write(`${services.version}\n`);
    return 0;
  }
  return show(programHelp(COMMANDS, services.version, out.style), services, argv);
}

/** Requested help is success; help shown because the command is missing is not. */
function show(text: string, services: CliServices, argv: readonly string[]): number {
  const asked = argv.includes("--help") || argv.includes("-h");
  const lines = asCalled(text, commandName(installKind(services), services.env)).split("\n");
  const fitted = lines.flatMap((line) => wrapLine(line, columnsOf(services)));
  (asked ? services.write : services.writeError)(`${fitted.join("\n")}\n`);
  return asked ? 0 : 2;
}

async function runCommand(
  command: Command,
  rest: readonly string[],
  services: CliServices,
  out: Output,
): Promise<number> {
  const parsed = readArguments(command, rest);
  if (parsed["help"] === true) {
    return show(commandHelp(command, out.style), services, ["--help"]);
  }
  const opened = openContext(parsed, out, services, runCli);
  try {
    return await command.run(opened.context) ?? 0;
  } finally {
    await opened.close();
  }
}

function outputOf(argv: readonly string[], services: CliServices): Output {
  const { terminal, env, write, writeError } = services;
  const plain = argv.includes("--no-color") || (env["NO_COLOR"] ?? "") !== "";
  const json = argv.includes("--json");
  return createOutput({
    json,
    colour: terminal.output && !plain,
    columns: columnsOf(services),
    name: commandName(installKind(services), services.env),
    write,
    writeError,
  });
}

/** The terminal's width, else COLUMNS. */
function columnsOf({ terminal, env }: Pick<CliServices, "terminal" | "env">): number {
  const asked = Number(env["COLUMNS"]);
  if (terminal.output) return Math.max(LEAST_COLUMNS, terminal.columns);
  return Number.isInteger(asked) && asked >= LEAST_COLUMNS ? asked : Infinity;
}

/** Below this nothing can be laid out. */
const LEAST_COLUMNS = 20;

function logFailure(cause: unknown, out: Output): number {
  const known = cause instanceof CommandError ? cause : refusal(cause);
  const message = known?.message ?? (cause instanceof Error ? cause.message : String(cause));
  const code = known?.code ?? "failed";
  out.warn(`${out.style.red("Error:")} ${message}`);
  if (known?.hint !== undefined) out.warn(known.hint);
  out.json({ error: { message, code, ...(known?.hint === undefined ? {} : { hint: known.hint }) } });
  return known?.exitCode ?? 1;
}

/** Converts a refusal of the management API, keeping its message. */
function refusal(cause: unknown): CommandError | undefined {
  if (!(cause instanceof ApiError)) return undefined;
  const { message, code, status } = cause;
  return status === 401
    ? new CommandError(message, { code, hint: "Is PROXY_API_KEY the one the server was started with?" })
    : new CommandError(message, { code });
}
