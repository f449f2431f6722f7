import { err, ok, type Result } from "../core/mod.ts";
import { flag, oneOf } from "./parsers.ts";

/** One setting of the environment: all data that parsing, the documents and `config show` need. */
export interface Option<Value> {
  readonly variable: string;
  readonly group: string;
  /** The default as one would write it; absent when there is none. */
  readonly fallback?: string;
  /** Allowed values, as the end of "must be ...". */
  readonly allowed: string;
  /** The texts that it may have, where they are few. */
  readonly choices?: readonly string[];
  /** One sentence for the documents. */
  readonly doc: string;
  readonly secret: boolean;
  /** Whether a change of `.env` by the program applies at once or after a restart. */
  readonly applies: "now" | "restart";
  /** Where it is changed instead, as one sentence; absent when the program may write it to `.env`. */
  readonly elsewhere?: string;
  readonly parse: (text: string) => Value | undefined;
}

/** A variable that does not parse. `value` is "[redacted]" for secrets. */
export interface SettingsProblem {
  readonly variable: string;
  readonly value: string;
  readonly message: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads one option: the environment's text, else the default; empty means not set. */
export function readOption<Value>(
  option: Option<Value>,
  env: Environment,
): Result<Value | undefined, SettingsProblem> {
  const written = env[option.variable]?.trim() ?? "";
  const text = written === "" ? option.fallback : written;
  if (text === undefined) return ok(undefined);
  const value = option.parse(text);
  return value === undefined ? err(problemOf(option, text)) : ok(value);
}

export function problemOf(
  option: Pick<Option<unknown>, "variable" | "allowed" | "secret">,
  text: string,
): SettingsProblem {
  const value = option.secret ? "[redacted]" : text.length > 200 ? text.slice(0, 200) + "..." : text;
  return {
    variable: option.variable,
    value,
    message: `${option.variable} is ${JSON.stringify(value)}, but must be ${option.allowed}.`,
  };
}

/** Fields of a row beside its variable and group. */
export type Row<Value> =
  & Pick<Option<Value>, "allowed" | "doc" | "parse">
  & Partial<Pick<Option<Value>, "fallback" | "secret" | "applies" | "elsewhere" | "choices">>;

/** The rows of one group, each under its variable's name. */
export function group<Rows extends Record<string, Row<unknown>>>(title: string, rows: Rows) {
  return Object.fromEntries(
    Object.entries(rows).map((
      [variable, row],
    ) => [variable, { secret: false, applies: "restart" as const, ...row, variable, group: title }]),
  ) as { [Name in keyof Rows]: Rows[Name] & Option<NonNullable<ReturnType<Rows[Name]["parse"]>>> };
}

/** One of some words. */
export function choice<const Word extends string>(...words: readonly [Word, Word, ...Word[]]) {
  const allowed = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  return { allowed, choices: words, parse: oneOf(...words) };
}

/** Yes or no. */
export const truth = { allowed: "true or false", choices: ["true", "false"], parse: flag };

export const TIME = "a whole number of milliseconds, 0 or more";
export const ADDRESS = "an http or https URL";
