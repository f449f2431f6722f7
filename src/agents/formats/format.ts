import type { Result } from "../../core/mod.ts";
import type { DataPath } from "../contract.ts";

/** The place and reason of a syntax error; line and column from 1. */
export interface ParseProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/**
 * A configuration language whose texts are edited in place. `set` and `remove` change only the bytes of the
 * value and return undefined when they cannot; the caller parses the outcome again before it trusts it.
 */
export interface ConfigFormat {
  /** A list is one value, which is set as a whole. */
  readonly wholeLists?: boolean;
  parse(text: string): Result<unknown, ParseProblem>;
  set(text: string, path: DataPath, value: unknown): string | undefined;
  remove(text: string, path: DataPath): string | undefined;
}

/** Line and column, from 1, of an offset. */
export function placeAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - (before.lastIndexOf("\n") + 1) + 1 };
}

/** The text's own line end. */
export function lineEndOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The offset after the end of the line that contains the given one. */
export function lineAfter(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  return at < 0 ? text.length : at + 1;
}

/** The indentation of a line. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))![0];
}

export function splice(text: string, start: number, end: number, put: string): string {
  return text.slice(0, start) + put + text.slice(end);
}

/** The text with a final line end, unless it is empty. */
export function closedLine(text: string, eol: string): string {
  return text === "" || text.endsWith("\n") ? text : text + eol;
}
