import { redact } from "../core/mod.ts";
import { createStyle, type Style } from "./style.ts";

/** Where a command writes. Everything passes through redact() but what is meant to be shown once. */
export interface Output {
  readonly style: Style;
  /** Columns of the terminal, 80 when there is none. */
  readonly columns: number;
  /** A line for people; nothing is written with --json. */
  line(text?: string): void;
  /** The answer for scripts, as one JSON value; only written with --json. */
  json(value: unknown): void;
  /** A line on standard error. */
  warn(text: string): void;
  /** A token that was made just now: written as it is, this once. */
  once(text: string): void;
  /** Writes without an end of line and without redaction of colours; for pictures that are redrawn. */
  frame(text: string): void;
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
  const { json, write, name = PROGRAM } = options;
  const shown = (text: string) => redact(asCalled(text, name));
  return {
    style: createStyle(options.colour),
    columns: options.columns,
    line: (text = "") => {
      if (!json) write(`${shown(text)}\n`);
    },
    json: (value) => {
      if (json) write(`${JSON.stringify(value, replaceSecrets, 2)}\n`);
    },
    warn: (text) => options.writeError(`${shown(text)}\n`),
    once: (text) => {
      if (!json) write(`${text}\n`);
    },
    frame: (text) => {
      if (!json) write(redact(text));
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
