import { isObject, type JsonObject, parseForeign } from "../core/mod.ts";
import { MAX_NESTING, tooDeepAt } from "./nesting.ts";

/** What stands around arguments and results in a request. */
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
  // An escaped lone surrogate comes to life only in parsing.
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
