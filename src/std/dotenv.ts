/**
 * Files of environment variables, with the names of @std/dotenv, on the parser that Node and Deno bring.
 * References such as `${OTHER}` stay as they are.
 *
 * @module
 */
import { parseEnv } from "node:util";

export interface LoadOptions {
  /** Default `./.env`; null loads nothing. */
  readonly envPath?: string | URL | null;
  /** Also puts the variables into the process environment, where they are not set yet. */
  readonly export?: boolean;
}

/** The variables of a text in `.env` form. */
export function parse(text: string): Record<string, string> {
  const variables = Object.entries(parseEnv(text));
  return Object.fromEntries(variables.map(([name, value]) => [name, value ?? ""]));
}

/** Reads a file; one that is not there has no variables. */
export async function load(options: LoadOptions = {}): Promise<Record<string, string>> {
  const path = options.envPath === undefined ? ".env" : options.envPath;
  const variables = path === null ? {} : await read(path);
  if (options.export === true) {
    for (const [name, value] of Object.entries(variables)) {
      if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
    }
  }
  return variables;
}

async function read(path: string | URL): Promise<Record<string, string>> {
  try {
    return parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** Writes variables so that `parse` gives them back. Throws a TypeError for a name or value that the form cannot hold. */
export function stringify(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_.]*$/.test(name)) {
      throw new TypeError(`The variable name ${JSON.stringify(name)} cannot stand in a .env file.`);
    }
    return `${name}=${quote(name, value)}`;
  }).join("\n");
}

/** Only double quotes give `\n` a meaning, so they come last. */
function quote(name: string, value: string): string {
  if (/^[A-Za-z0-9_./:@,+-]*$/.test(value)) return value;
  if (!value.includes("\r")) {
    if (!value.includes("'")) return `'${value}'`;
    if (!value.includes("`")) return `\`${value}\``;
    if (!value.includes('"') && !value.includes("\\")) return `"${value}"`;
  }
  throw new TypeError(
    `The value of ${name} has all kinds of quotes or a carriage return; it cannot stand in a .env file.`,
  );
}
