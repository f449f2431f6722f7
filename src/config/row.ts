import type { Option } from "./option.ts";

/** What a row says beyond its variable and group. */
export type Row<Value> =
  & Pick<Option<Value>, "allowed" | "doc" | "parse">
  & Partial<Pick<Option<Value>, "fallback" | "secret" | "applies" | "elsewhere">>;

/** The rows of one group, each under its variable's name. */
export function group<Rows extends Record<string, Row<unknown>>>(title: string, rows: Rows) {
  return Object.fromEntries(
    Object.entries(rows).map((
      [variable, row],
    ) => [variable, { secret: false, applies: "restart" as const, ...row, variable, group: title }]),
  ) as { [Name in keyof Rows]: Rows[Name] & Option<NonNullable<ReturnType<Rows[Name]["parse"]>>> };
}

export const TRUTH = "true or false";
export const TIME = "a whole number of milliseconds, 0 or more";
export const ADDRESS = "an http or https URL";
