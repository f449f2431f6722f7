/** What a user pasted: the address that Google sent the browser to, its query, or the code alone. */
export interface Pasted {
  readonly parameters: URLSearchParams;
  /** Absent for a bare code. */
  readonly state?: string;
}

/** Reads a pasted text; undefined when there is neither a code nor an error in it. */
export function readPasted(text: string): Pasted | undefined {
  const trimmed = text.trim().replace(/^["'<]+|["'>]+$/g, "");
  const parameters = parametersOf(trimmed);
  if (parameters === undefined || !(parameters.has("code") || parameters.has("error"))) return undefined;
  const state = parameters.get("state");
  return { parameters, ...(state === null ? {} : { state }) };
}

function parametersOf(text: string): URLSearchParams | undefined {
  const query = /[?#&]?((?:code|state|error|iss|scope)=.*)$/s.exec(text)?.[1];
  if (query !== undefined) return new URLSearchParams(query.replaceAll(/\s/g, ""));
  return /^[\w./~+%-]{8,1000}$/.test(text) ? new URLSearchParams({ code: decoded(text) }) : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
