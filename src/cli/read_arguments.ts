import { parseArgs } from "@std/cli/parse-args";
import { type Command, type CommandOption, type Context, usageError } from "./command.ts";
import { GLOBAL_OPTIONS } from "./help.ts";
import { editDistance } from "../core/mod.ts";

/** The arguments after a command's name. */
export interface Written {
  readonly _: readonly (string | number)[];
  readonly [name: string]: unknown;
}

/** Reads the arguments after a command's name; throws a usage error for one that the command does not take. */
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

/** The known words most similar to a misspelt one, best first; empty when none is similar. */
export function nearWords(written: string, known: readonly string[]): readonly string[] {
  const limit = Math.max(1, Math.floor(written.length / 3));
  return known
    .map((word) => ({ word, distance: word.startsWith(written) ? 0.5 : editDistance(written, word) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ word }) => word);
}

/** The meaning of the first words of a command line. */
type Found =
  | { readonly kind: "command"; readonly command: Command; readonly rest: readonly string[] }
  | { readonly kind: "family"; readonly word: string; readonly members: readonly Command[] }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly written: string; readonly near: readonly string[] };

/** Finds the command; options before it are skipped, and stay in `rest`. */
export function findCommand(argv: readonly string[], commands: readonly Command[]): Found {
  const at = argv.findIndex((word) => !word.startsWith("-"));
  const first = argv[at];
  if (first === undefined) return { kind: "none" };
  const second = argv[at + 1] ?? "";
  const before = argv.slice(0, at);
  const named = (name: string) => commands.find((command) => command.name === name);
  const two = named(`${first} ${second}`);
  if (two !== undefined) return { kind: "command", command: two, rest: [...before, ...argv.slice(at + 2)] };
  const one = named(first);
  if (one !== undefined) return { kind: "command", command: one, rest: [...before, ...argv.slice(at + 1)] };
  const members = commands.filter((command) => command.name.startsWith(`${first} `));
  if (members.length === 0) return unknown(first, [...new Set(commands.map(firstWord))]);
  if (second === "" || second.startsWith("-")) return { kind: "family", word: first, members };
  const near = nearWords(second, members.map((command) => command.name.split(" ")[1] ?? ""));
  return { kind: "unknown", written: `${first} ${second}`, near: near.map((word) => `${first} ${word}`) };
}

function unknown(written: string, known: readonly string[]): Found {
  return { kind: "unknown", written, near: nearWords(written, known) };
}

function firstWord(command: Command): string {
  return command.name.split(" ")[0] ?? "";
}

/** An option's value, checked against its choices; undefined when it is absent. */
export function oneOf<Word extends string>(
  context: Pick<Context, "text">,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const written = context.text(name);
  if (written === undefined) return undefined;
  const word = words.find((one) => one === written);
  if (word === undefined) {
    throw usageError(`--${name} is ${JSON.stringify(written)}, but must be one of ${words.join(", ")}`);
  }
  return word;
}
