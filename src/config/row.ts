import type { Option } from "./option.ts";
import { flag, oneOf } from "./parsers.ts";

/** What a row says beyond its variable and group. */
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
