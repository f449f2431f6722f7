import { parse, TomlError } from "smol-toml";
import { err, isObject, ok } from "../../core/mod.ts";
import type { DataPath } from "../contract.ts";
import { same } from "../data.ts";
import { closedLine, type ConfigFormat, lineEndOf, splice } from "./format.ts";
import { scanToml, type TomlStatement } from "./toml_scan.ts";
import { tomlKey, tomlTables, tomlValue } from "./toml_write.ts";

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

/** A statement's lines, and the empty one before a header that is not the first. */
function withoutLines(text: string, { kind, start, end }: TomlStatement): string {
  const gap = kind === "key" ? "" : /(?<=\n)\r?\n$/.exec(text.slice(0, start))?.[0] ?? "";
  return splice(text, start - gap.length, end, "");
}
