import { noteGarbage } from "./garbage.ts";

/** Bounds of foreign JSON that is parsed: the parser takes 50 bytes for each level and more for each value, on top of the text. */
export const JSON_BOUNDS = { depth: 1_000, values: 2_000_000 } as const;

/** Refuses JSON that would take far more memory and time than its text. The message is half a sentence. */
export class JsonBeyondBounds extends SyntaxError {
  override readonly name = "JsonBeyondBounds";
}

/**
 * Parses JSON that somebody else wrote. Throws a SyntaxError for invalid JSON, and JsonBeyondBounds before
 * parsing if it is nested too deep or has too many values: thirty million brackets would take 1.4 GB and seconds
 * (measured).
 */
export function parseForeign(text: string): unknown {
  if (text.length > JSON_BOUNDS.depth) checkExtent(text);
  noteGarbage(text.length);
  // deno-lint-ignore geminitro/foreign-json -- here it is bounded
  return JSON.parse(text);
}

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

function checkExtent(text: string): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COMMA:
        values++;
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        values++;
        if (++depth > JSON_BOUNDS.depth) {
          throw new JsonBeyondBounds(`goes deeper than ${JSON_BOUNDS.depth} levels`);
        }
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth--;
    }
    if (values > JSON_BOUNDS.values) {
      throw new JsonBeyondBounds(`holds more than ${JSON_BOUNDS.values} values`);
    }
  }
}

/** Where the string that begins at `start` ends; the end of the text where it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/** Every value that JSON.parse can return. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** True for a plain object (not null, not an array). */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
