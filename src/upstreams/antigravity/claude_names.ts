import { fnvHash } from "../../gemini/mod.ts";

/** Two-way names of tools for Claude models, which take fewer characters than Gemini does. */
export interface ClaudeNames {
  toClaude(name: string): string;
  /** The name that a reply means; an unknown one comes back as it is. */
  toGemini(name: string): string;
}

const NAME_REGEXP = /^[A-Za-z0-9_-]{1,64}$/;
const OTHER_REGEXP = /[^A-Za-z0-9_-]/g;
const LONGEST = 64;
const MOST_NAMES = 10_000;

/** A legal name made of another one: the same for the same, and no two alike. */
function legal(name: string): string {
  const end = `_${fnvHash(name).slice(-8)}`;
  return name.replace(OTHER_REGEXP, "_").slice(0, LONGEST - end.length) + end;
}

/** The id of a call, as Claude takes it: calls and their answers are changed alike. */
export function claudeId(id: string): string {
  return /^[A-Za-z0-9_-]+$/.test(id) ? id : legal(id);
}

/** Names are made from the client's own each time; the way back is only needed for replies that are under way. */
export function createClaudeNames(): ClaudeNames {
  const back = new Map<string, string>();
  return {
    toClaude(name) {
      if (NAME_REGEXP.test(name)) return name;
      const made = legal(name);
      back.delete(made);
      back.set(made, name);
      if (back.size > MOST_NAMES) back.delete(back.keys().next().value!);
      return made;
    },
    toGemini: (name) => back.get(name) ?? name,
  };
}
