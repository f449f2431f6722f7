import { isObject, type JsonObject, parseForeign } from "../core/mod.ts";

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
