import { redact } from "../core/mod.ts";
import { createStyle, type Style } from "./style.ts";
import { fitTable, wrapLine } from "./table.ts";

/** The output of a command. Everything passes through redact() except what is meant to be shown once. */
export interface Output {
  readonly style: Style;
  /** What the reader types to run the program. */
  readonly name: string;
  /** Columns of the terminal; infinite without one, since piped output is searched by lines. */
  readonly columns: number;
  /** A line for people, wrapped between words in a terminal; nothing is written with --json. */
  line(text?: string): void;
  /** A line of a file, or one to be copied: unwrapped. */
  verbatim(text: string): void;
  /** Rows under a heading, fitted to the terminal. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** The answer for scripts, as one JSON value; only written with --json. */
  json(value: unknown): void;
  /** Writes a line to standard error. */
  warn(text: string): void;
  /** Writes a new secret unredacted. */
  once(text: string): void;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly colour: boolean;
  readonly columns: number;
  /** What the reader types to run the program, for hints that can be copied. Default: `geminitro`. */
  readonly name?: string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

export function createOutput(options: OutputOptions): Output {
  const { json, write, columns, name = PROGRAM } = options;
  const shown = (text: string) => redact(asCalled(text, name));
  const style = createStyle(options.colour);
  const verbatim = (text: string) => {
    if (!json) write(`${shown(text)}\n`);
  };
  return {
    style,
    name,
    columns,
    verbatim,
    line: (text = "") => {
      if (!json) write(`${shown(text).split("\n").flatMap((one) => wrapLine(one, columns)).join("\n")}\n`);
    },
    table: (head, rows) => {
      // Redacted cell by cell: widths are measured on the redacted text.
      const cells = rows.map((row) => row.map(shown));
      for (const line of rows.length === 0 ? [] : fitTable(head, cells, columns, style)) verbatim(line);
    },
    json: (value) => {
      if (json) write(`${JSON.stringify(value, replaceSecrets, 2)}\n`);
    },
    warn: (text) =>
      options.writeError(`${shown(text).split("\n").flatMap((one) => wrapLine(one, columns)).join("\n")}\n`),
    once: (text) => {
      if (!json) write(`${text}\n`);
    },
  };
}

const PROGRAM = "geminitro";

/** A command of this program inside a sentence: its name, a blank, and a word or option. */
const COMMAND_REGEXP = /(^|[\s`(])geminitro (?=[a-z-]+)/gm;

/** Writes the commands in a text as the reader has to type them, for example `deno task geminitro stop` in a checkout. */
export function asCalled(text: string, name: string): string {
  return name === PROGRAM ? text : text.replace(COMMAND_REGEXP, `$1${name} `);
}

function replaceSecrets(_name: string, value: unknown): unknown {
  return typeof value === "string" ? redact(value) : value;
}
