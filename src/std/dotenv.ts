/**
 * Texts of environment variables, with the name of @std/dotenv, on the parser of Node and Deno. References such as
 * `${OTHER}` stay as they are.
 *
 * @module
 */
import { nodeModule } from "./node_module.ts";

/** A variable and a value that every parser reads alike: no quote, escape, comment or blank in it. */
const PLAIN_REGEXP = /^([A-Za-z_][A-Za-z0-9_]*)=([A-Za-z0-9_.,:/@+-]*)$/;

/** The variables of a text in `.env` form. */
export function parse(text: string): Record<string, string> {
  return parsePlain(text) ?? parseAny(text);
}

/** Reads a text of comments and plain lines; undefined for any other. Node's parser takes 10 ms, and every start reads a `.env`. */
function parsePlain(text: string): Record<string, string> | undefined {
  const variables: Record<string, string> = {};
  for (const line of text.split("\n")) {
    // For some parsers a quote in a comment ends a multi-line value.
    if (line === "" || /^#[^"'`\\\r]*$/.test(line)) continue;
    const [, name, value] = PLAIN_REGEXP.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    variables[name] = value;
  }
  return variables;
}

function parseAny(text: string): Record<string, string> {
  const variables = Object.entries(nodeModule("node:util").parseEnv(text));
  return Object.fromEntries(variables.map(([name, value]) => [name, value ?? ""]));
}
