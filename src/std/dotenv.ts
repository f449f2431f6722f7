/**
 * Texts of environment variables, with the name of @std/dotenv, on the parser that Node and Deno bring. References such as
 * `${OTHER}` stay as they are.
 *
 * @module
 */
import { parseEnv } from "node:util";

/** The variables of a text in `.env` form. */
export function parse(text: string): Record<string, string> {
  const variables = Object.entries(parseEnv(text));
  return Object.fromEntries(variables.map(([name, value]) => [name, value ?? ""]));
}
