import { parse, TomlError } from "smol-toml";
import { err, isObject, ok } from "../../core/mod.ts";
import type { DataPath } from "../contract.ts";
import { same } from "../data.ts";
import { closedLine, type ConfigFormat, lineEndOf, splice } from "./format.ts";

/** TOML, edited statement by statement. */
export const toml: ConfigFormat = {
  wholeLists: true,

  parse(text) {
    try {
      return ok(plain(parse(text.replace(/^\uFEFF/, ""), { integersAsBigInt: "asNeeded" })));
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      const message = error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
      return err({ message, line: error.line, column: error.column });
    }
  },

  set(text, path, value) {
    const keys = names(path);
    if (keys === undefined) return undefined;
    const statements = scanToml(text);
    const there = statements.find((one) => one.kind === "key" && same(one.path, keys));
    if (there !== undefined) return splice(text, there.valueStart, there.valueEnd, tomlValue(value));
    return isObject(value) ? withTables(text, keys, value) : withKey(text, statements, keys, value);
  },

  remove(text, path) {
    const keys = names(path);
    if (keys === undefined) return undefined;
    const gone = scanToml(text).filter((one) => keys.every((key, index) => one.path[index] === key));
    return gone.length === 0 ? undefined : gone.reduceRight((rest, one) => withoutLines(rest, one), text);
  },
};

/** Without the prototype-free objects of the parser. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function names(path: DataPath): readonly string[] | undefined {
  return path.every((step) => typeof step === "string") ? path.map(String) : undefined;
}

function withTables(text: string, keys: readonly string[], value: Record<string, unknown>): string {
  const eol = lineEndOf(text);
  const body = closedLine(text, eol);
  const gap = body.trim() === "" || /\n\r?\n$/.test(body) ? "" : eol;
  return body + gap + tomlTables(keys, value).join("\n\n").replaceAll("\n", eol) + eol;
}

function withKey(
  text: string,
  statements: readonly TomlStatement[],
  keys: readonly string[],
  value: unknown,
): string {
  const eol = lineEndOf(text);
  const table = keys.slice(0, -1);
  const line = `${tomlKey(keys.at(-1)!)} = ${tomlValue(value)}${eol}`;
  const last = statements.findLast((one) => one.kind !== "list_header" && same(one.table, table));
  if (last !== undefined) return closedLine(text.slice(0, last.end), eol) + line + text.slice(last.end);
  if (table.length > 0) return withTables(text, table, { [keys.at(-1)!]: value });
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  const gap = text.slice(mark).trim() === "" || /^\s*\n/.test(text.slice(mark)) ? "" : eol;
  return splice(text, mark, mark, line + gap);
}

/** Removes a statement's lines, and the empty line before a header that is not the first. */
function withoutLines(text: string, { kind, start, end }: TomlStatement): string {
  const gap = kind === "key" ? "" : /(?<=\n)\r?\n$/.exec(text.slice(0, start))?.[0] ?? "";
  return splice(text, start - gap.length, end, "");
}

/** One statement of a TOML text: a header or a key with its value. */
interface TomlStatement {
  readonly kind: "header" | "list_header" | "key";
  /** The full path, that of the table included. */
  readonly path: readonly string[];
  /** The table that a key is in. */
  readonly table: readonly string[];
  /** From the start of its first line to after its last line end. */
  readonly start: number;
  readonly end: number;
  /** Span of the value; both are `end` for headers. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The statements of a text that parses, in their order. */
function scanToml(text: string): readonly TomlStatement[] {
  const found: TomlStatement[] = [];
  let table: readonly string[] = [];
  let at = 0;
  while ((at = skipBlank(text, at)) < text.length) {
    const start = text.lastIndexOf("\n", at - 1) + 1;
    const isHeader = text[at] === "[";
    const isList = text.startsWith("[[", at);
    const [path, behind] = readKey(text, isHeader ? at + (isList ? 2 : 1) : at);
    const valueStart = isHeader ? behind : skipSpace(text, text.indexOf("=", behind) + 1);
    const valueEnd = isHeader ? text.indexOf("]", behind) + (isList ? 2 : 1) : skipValue(text, valueStart);
    const end = endOfLine(text, valueEnd);
    if (isHeader) table = path;
    found.push({
      kind: isList ? "list_header" : isHeader ? "header" : "key",
      path: isHeader ? path : [...table, ...path],
      table: isHeader ? path : table,
      start,
      end,
      valueStart: isHeader ? end : valueStart,
      valueEnd: isHeader ? end : valueEnd,
    });
    at = end;
  }
  return found;
}

function skipSpace(text: string, at: number): number {
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

/** Skips white space, line ends and comments. */
function skipBlank(text: string, at: number): number {
  for (;;) {
    while (at < text.length && /\s|\uFEFF/.test(text[at]!)) at++;
    if (text[at] !== "#") return at;
    at = endOfLine(text, at);
  }
}

function endOfLine(text: string, at: number): number {
  const line = text.indexOf("\n", at);
  return line < 0 ? text.length : line + 1;
}

function readKey(text: string, at: number): readonly [readonly string[], number] {
  const path: string[] = [];
  for (;;) {
    at = skipSpace(text, at);
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const end = skipString(text, at);
      const raw = text.slice(at, end);
      path.push(Object.keys(parse(`${raw} = 0`))[0]!);
      at = end;
    } else {
      const bare = /^[A-Za-z0-9_-]+/.exec(text.slice(at))?.[0] ?? "";
      path.push(bare);
      at += bare.length;
    }
    at = skipSpace(text, at);
    if (text[at] !== ".") return [path, at];
    at++;
  }
}

function skipString(text: string, at: number): number {
  const quote = text[at]!;
  const isLong = text.startsWith(quote.repeat(3), at);
  const mark = isLong ? quote.repeat(3) : quote;
  at += mark.length;
  while (at < text.length && !text.startsWith(mark, at)) at += quote === '"' && text[at] === "\\" ? 2 : 1;
  at += mark.length;
  while (isLong && text[at] === quote) at++;
  return at;
}

function skipValue(text: string, at: number): number {
  let depth = 0;
  let end = at;
  while (at < text.length) {
    const char = text[at]!;
    if (char === '"' || char === "'") end = at = skipString(text, at);
    else if (char === "#") at = depth > 0 ? endOfLine(text, at) : text.length;
    else if (char === "\n" && depth === 0) return end;
    else {
      if (char === "[" || char === "{") depth++;
      else if (char === "]" || char === "}") depth--;
      at++;
      if (!/\s/.test(char)) end = at;
    }
  }
  return end;
}

function tomlKey(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
}

/** A value on one line. JSON strings, numbers and booleans are valid TOML. */
function tomlValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{ ${
    Object.entries(value).map(([key, inner]) => `${tomlKey(key)} = ${tomlValue(inner)}`).join(", ")
  } }`;
}

/** A table and its subtables, each with header and lines; a table that contains only tables needs no header. */
function tomlTables(path: readonly string[], table: Record<string, unknown>): readonly string[] {
  const entries = Object.entries(table);
  const lines = entries.filter(([, value]) => !isObject(value)).map(([key, value]) =>
    `${tomlKey(key)} = ${tomlValue(value)}`
  );
  const below = entries.flatMap(([key, value]) => isObject(value) ? tomlTables([...path, key], value) : []);
  const own = lines.length > 0 || below.length === 0
    ? [[`[${path.map(tomlKey).join(".")}]`, ...lines].join("\n")]
    : [];
  return [...own, ...below];
}
