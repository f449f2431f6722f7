import { parse } from "smol-toml";

/** One statement of a TOML text: a header or a key with its value. */
export interface TomlStatement {
  readonly kind: "header" | "list_header" | "key";
  /** The full path, that of the table included. */
  readonly path: readonly string[];
  /** The table that a key is in. */
  readonly table: readonly string[];
  /** From the beginning of its first line to behind its last line end. */
  readonly start: number;
  readonly end: number;
  /** Where the value lies; both are `end` for headers. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The statements of a text that parses, in their order. */
export function scanToml(text: string): readonly TomlStatement[] {
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

/** Over white space, line ends and comments. */
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
