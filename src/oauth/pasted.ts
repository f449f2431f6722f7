import { trimEndOf, trimStartOf } from "../core/mod.ts";
/** What a user pasted: the address that Google sent the browser to, its query, or the code alone. */
export interface Pasted {
  readonly parameters: URLSearchParams;
  /** Absent for a bare code. */
  readonly state?: string;
}

/** Reads a pasted text; undefined when there is neither a code nor an error in it. */
export function readPasted(text: string): Pasted | undefined {
  const trimmed = trimEndOf(trimStartOf(text.trim(), "\"'<"), "\"'>");
  const parameters = parametersOf(trimmed);
  if (parameters === undefined || !(parameters.has("code") || parameters.has("error"))) return undefined;
  const state = parameters.get("state");
  return { parameters, ...(state === null ? {} : { state }) };
}

function parametersOf(text: string): URLSearchParams | undefined {
  const query = text.search(/(?:code|state|error|iss|scope)=/);
  if (query >= 0) return new URLSearchParams(text.slice(query).replaceAll(/\s/g, ""));
  return /^[\w./~+%-]{8,1000}$/.test(text) ? new URLSearchParams({ code: decoded(text) }) : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
