import type { Command } from "./command.ts";
import { nearWords } from "./near_word.ts";

/** What the first words of a command line stand for. */
export type Found =
  | { readonly kind: "command"; readonly command: Command; readonly rest: readonly string[] }
  | { readonly kind: "family"; readonly word: string; readonly members: readonly Command[] }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly written: string; readonly near: readonly string[] };

/** Looks the words up; options before the command are passed over, and stay in `rest`. */
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
