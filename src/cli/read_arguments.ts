import { parseArgs } from "@std/cli/parse-args";
import type { Command, CommandOption } from "./command.ts";
import { usageError } from "./command_error.ts";
import { GLOBAL_OPTIONS } from "./help.ts";
import { nearWords } from "./near_word.ts";

/** What was written behind a command's name. */
export interface Written {
  readonly _: readonly (string | number)[];
  readonly [name: string]: unknown;
}

/** Reads what stands behind a command's name; throws a usage error for what the command does not take. */
export function readArguments(command: Command, argv: readonly string[]): Written {
  const options = [...command.options, ...GLOBAL_OPTIONS];
  const flags = options.filter((option) => option.value === undefined).map(({ name }) => name);
  const texts = options.filter((option) => option.value !== undefined);
  const parsed: Written = parseArgs(argv, {
    boolean: flags,
    string: ["_", ...texts.map(({ name }) => name)],
    collect: texts.filter(({ many }) => many === true).map(({ name }) => name),
    alias: Object.fromEntries(
      options.flatMap(({ name, short }) => short === undefined ? [] : [[name, short]]),
    ),
    unknown: (arg, key) => key === undefined ? true : refuse(arg, options, command),
  });
  demandValues(texts, parsed);
  if (parsed["help"] !== true) demandPositionals(command, parsed._.length);
  return parsed;
}

function refuse(arg: string, options: readonly CommandOption[], command: Command): never {
  const written = arg.split("=", 1)[0]!;
  const near = nearWords(written, options.map(({ name }) => `--${name}`));
  const meant = near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
  throw usageError(
    `${command.name} has no option ${written}.${meant}`,
    `geminitro ${command.name} --help shows its options.`,
  );
}

function demandValues(options: readonly CommandOption[], parsed: Written): void {
  for (const { name, value } of options) {
    const read = parsed[name];
    if (read === "" || (Array.isArray(read) && read.includes(""))) {
      throw usageError(`--${name} needs a value: --${name} ${value}`);
    }
  }
}

function demandPositionals(command: Command, count: number): void {
  const { least, most } = command.takes;
  const usage = `Usage: geminitro ${command.name} ${command.usage}`.trim();
  if (count < least) throw usageError(`${command.name} needs ${command.usage}`, usage);
  if (count > most) throw usageError(`${command.name} takes fewer arguments`, usage);
}
