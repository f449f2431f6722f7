import { isObject, type JsonObject, parseForeign } from "../core/mod.ts";

/** Two-way names of the tools of one request. */
export interface ToolNames {
  /** The name that Gemini takes; for an unknown name, its sanitised form. */
  toGemini(clientName: string): string;
  /** The client's own name; an unknown name comes back as it is. */
  toClient(geminiName: string): string;
}

const NAME_REGEXP = /^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/;
const MAX_LENGTH = 64;
const HASH_LENGTH = 8;

const NO_NAMES: ToolNames = { toGemini: sanitiseToolName, toClient: (name) => name };

/**
 * Names tools for Gemini (a letter or `_`, then letters, digits, `_.:-`, at most 64 in all). Names that are
 * legal already stay; of others with the same result, the later ones get a hash. The same list always gives the
 * same names.
 */
export function createToolNames(clientNames: Iterable<string>): ToolNames {
  const names = [...new Set(clientNames)];
  if (names.length === 0) return NO_NAMES;
  const toGemini = new Map<string, string>();
  const toClient = new Map<string, string>();
  for (const name of names.filter(isLegalToolName)) {
    toGemini.set(name, name);
    toClient.set(name, name);
  }
  for (const name of names) {
    if (toGemini.has(name)) continue;
    const short = sanitiseToolName(name);
    const taken = toClient.has(short) ? hashed(short, name) : short;
    toGemini.set(name, taken);
    toClient.set(taken, name);
  }
  return {
    toGemini: (name) => toGemini.get(name) ?? sanitiseToolName(name),
    toClient: (name) => toClient.get(name) ?? name,
  };
}

export function isLegalToolName(name: string): boolean {
  return NAME_REGEXP.test(name);
}

/** A legal name made of any text, without regard to collisions. */
function sanitiseToolName(name: string): string {
  if (NAME_REGEXP.test(name)) return name;
  const replaced = name.replace(/[^A-Za-z0-9_.:-]/g, "_");
  if (!/[A-Za-z0-9]/.test(replaced)) return `fn_${hash(name)}`;
  const started = /^[A-Za-z_]/.test(replaced) ? replaced : "_" + replaced;
  return started.length <= MAX_LENGTH ? started : hashed(started, name);
}

function hashed(short: string, name: string): string {
  return `${short.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}_${hash(name)}`;
}

function hash(name: string): string {
  return fnvHash(name).padStart(HASH_LENGTH, "0").slice(-HASH_LENGTH);
}

/** 64 bits of FNV-1a over UTF-16 code units as 13 base-36 digits or fewer: a stable name for a text, nothing secret. */
export function fnvHash(text: string): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (low >>> 15), 0x01000193);
  }
  return (high >>> 0).toString(36) + (low >>> 0).toString(36);
}

/** Google reads no JSON that is nested deeper than about a hundred levels. */
export const MAX_NESTING = 100;

/**
 * The place where a value is nested deeper than `levels`, as a path like `tools[0].parameters.properties`;
 * undefined when it does not. An array or object is one level. The recursion itself ends at `levels`.
 */
export function tooDeepAt(value: unknown, levels: number): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (levels === 0) return "";
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const inside = inner(value[index], levels);
      if (inside !== undefined) return `[${index}]${inside}`;
    }
    return undefined;
  }
  const members = value as Record<string, unknown>;
  for (const name in members) {
    const inside = inner(members[name], levels);
    if (inside !== undefined) return `.${name}${inside}`;
  }
  return undefined;
}

/** Most values are texts and numbers, which are spared the function call. */
function inner(value: unknown, levels: number): string | undefined {
  return typeof value === "object" && value !== null ? tooDeepAt(value, levels - 1) : undefined;
}

/** Levels around arguments and results in a request. */
const LEVELS_AROUND = 10;
const MAX_VALUE_NESTING = MAX_NESTING - LEVELS_AROUND;

/** A text with lone surrogates replaced by U+FFFD, as Google's JSON reader refuses them. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

/** A tool call's arguments as the object that Gemini takes: empty text is `{}`, no JSON is `{_raw}`, a non-object `{value}`. */
export function parseArguments(text: unknown): JsonObject {
  if (isObject(text)) return text as JsonObject;
  if (typeof text !== "string" || text.trim() === "") return {};
  let value: unknown;
  try {
    value = parseForeign(text);
  } catch {
    return { _raw: wellFormed(text) };
  }
  if (tooDeepAt(value, MAX_VALUE_NESTING) !== undefined) return { _raw: wellFormed(text) };
  // An escaped lone surrogate appears only after parsing.
  if (/\\u[dD][89a-fA-F]/.test(text)) value = mendStrings(value);
  return isObject(value) ? value as JsonObject : { value: value as JsonObject };
}

/** A tool's result as the object that Gemini takes: a JSON object as it is, all else under `output`. */
export function toolResponse(content: unknown): JsonObject {
  if (isObject(content)) return content as JsonObject;
  if (typeof content !== "string") return { output: (content ?? "") as JsonObject };
  const text = wellFormed(content);
  if (/^\s*\{/.test(text)) {
    try {
      const value: unknown = parseForeign(text);
      if (isObject(value) && tooDeepAt(value, MAX_VALUE_NESTING) === undefined) {
        return mendStrings(value) as JsonObject;
      }
    } catch {
      // Text that only looks like JSON is text.
    }
  }
  return { output: text };
}

function mendStrings(value: unknown): unknown {
  if (typeof value === "string") return wellFormed(value);
  if (Array.isArray(value)) return value.map(mendStrings);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [wellFormed(key), mendStrings(entry)]),
  );
}
