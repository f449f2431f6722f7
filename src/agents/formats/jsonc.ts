import { type Node, parse, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { err, isObject, ok, trimEndOf } from "../../core/mod.ts";
import type { DataPath } from "../contract.ts";
import { type ConfigFormat, indentAt, lineAfter, lineEndOf, lineStart, placeAt, splice } from "./format.ts";

const OPTIONS = { allowTrailingComma: true, disallowComments: false };

/** JSON with comments and trailing commas; a blank text is an empty object. */
export const jsonc: ConfigFormat = {
  parse(text) {
    if (text.trim() === "") return ok({});
    const errors: ParseError[] = [];
    const data: unknown = parse(text, errors, OPTIONS);
    const first = errors[0];
    if (first !== undefined) {
      return err({ message: wordsOf(printParseErrorCode(first.error)), ...placeAt(text, first.offset) });
    }
    if (!isObject(data)) return err({ message: "an object is expected", line: 1, column: 1 });
    return ok(data);
  },

  set(text, path, value) {
    if (text.trim() === "") return this.set("{}\n", path, value);
    const [node, rest] = deepest(text, path);
    if (node === undefined) return undefined;
    if (rest.length === 0) {
      return splice(text, node.offset, node.offset + node.length, valueText(text, node.offset, value));
    }
    if (node.type !== "object" && node.type !== "array") return undefined;
    if ((typeof rest[0] === "number") !== (node.type === "array")) return undefined;
    return insertChild(text, node, rest, value);
  },

  remove(text, path) {
    const [node, rest] = deepest(text, path);
    if (node === undefined || rest.length > 0) return undefined;
    return removeChild(text, node.parent?.type === "property" ? node.parent : node);
  },
};

/** The deepest existing node on the path, and the rest of the path. */
function deepest(text: string, path: DataPath): readonly [Node | undefined, DataPath] {
  let node = parseTree(text, [], OPTIONS);
  for (let index = 0; index < path.length && node !== undefined; index++) {
    const step = path[index]!;
    const next: Node | undefined = typeof step === "number"
      ? node.type === "array" ? node.children?.[step] : undefined
      : node.children?.findLast((one) => one.type === "property" && one.children?.[0]?.value === step)
        ?.children?.[1];
    if (next === undefined) return [node, path.slice(index)];
    node = next;
  }
  return [node, []];
}

function wordsOf(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

/** The text's own unit of indentation. */
function unitOf(text: string): string {
  return /[{[][ \t]*\r?\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
}

/** A value as text, indented for its place. */
function valueText(text: string, offset: number, value: unknown): string {
  return indented(value, unitOf(text), indentAt(text, offset), lineEndOf(text));
}

function indented(value: unknown, unit: string, indent: string, eol: string): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", eol + indent);
}

function wrapped(path: DataPath, value: unknown): unknown {
  return path.reduceRight<unknown>(
    (inner, step) => typeof step === "number" ? [inner] : { [step]: inner },
    value,
  );
}

function isOneLine(text: string, node: Node): boolean {
  return !text.slice(node.offset, node.offset + node.length).includes("\n");
}

/** Adds a property or an item after the last one, leaving comments in place. */
function insertChild(text: string, node: Node, rest: DataPath, value: unknown): string {
  const [step, ...deeper] = rest;
  const eol = lineEndOf(text);
  const last = node.children?.at(-1);
  const close = node.offset + node.length - 1;
  const outer = indentAt(text, node.offset);
  const flat = last !== undefined && isOneLine(text, node);
  const indent = last === undefined || lineStart(text, last.offset) <= node.offset
    ? outer + unitOf(text)
    : indentAt(text, last.offset);
  const inner = wrapped(deeper, value);
  const written = flat ? JSON.stringify(inner) : indented(inner, unitOf(text), indent, eol);
  const child = typeof step === "string" ? `${JSON.stringify(step)}: ${written}` : written;
  if (last === undefined) {
    const kept = text.slice(node.offset + 1, close).trimEnd();
    return splice(text, node.offset + 1, close, `${kept}${eol}${indent}${child}${eol}${outer}`);
  }
  const end = last.offset + last.length;
  if (flat) return splice(text, end, end, `, ${child}`);
  const comma = commaAfter(text, end, close);
  const tail = end + text.slice(end, close).trimEnd().length;
  const added = `${eol}${indent}${child}${comma === undefined ? "" : ","}`;
  const closing = text.slice(tail, close).includes("\n") ? "" : eol + outer;
  const put = splice(text, tail, closing === "" ? tail : close, added + closing);
  return comma === undefined ? splice(put, end, end, ",") : put;
}

/** Removes a property or an item with its comma and, if nothing else is on them, its lines. */
function removeChild(text: string, node: Node): string | undefined {
  const parent = node.parent;
  const siblings = parent?.children;
  if (parent === undefined || siblings === undefined) return undefined;
  const close = parent.offset + parent.length - 1;
  const at = siblings.indexOf(node);
  const end = node.offset + node.length;
  const next = siblings[at + 1];
  const comma = commaAfter(text, end, next?.offset ?? close);
  const cut = widened(text, node.offset, comma === undefined ? end : comma + 1, close);
  const without = splice(text, cut[0], cut[1], "");
  const before = siblings[at - 1];
  if (next === undefined && before !== undefined && comma === undefined) {
    const left = commaAfter(text, before.offset + before.length, node.offset);
    return left === undefined ? undefined : splice(without, left, left + 1, "");
  }
  return siblings.length === 1 ? collapsed(without, parent.offset) : without;
}

/** Extends a span to whole lines when nothing else is on them, else by the space before it. */
function widened(text: string, start: number, end: number, close: number): readonly [number, number] {
  const first = lineStart(text, start);
  const after = lineAfter(text, end);
  if (/\S/.test(text.slice(first, start)) || /\S/.test(text.slice(end, after)) || after > close) {
    const space = start - trimEndOf(text.slice(0, start), " \t").length;
    return /\S/.test(text.slice(first, start)) ? [start - space, end] : [start, end];
  }
  return [first, after];
}

function collapsed(text: string, open: number): string {
  const empty = /^[{[]\s+[}\]]/.exec(text.slice(open));
  return empty === null ? text : splice(text, open + 1, open + empty[0].length - 1, "");
}

/** White space and comments up to a comma. */
const COMMA_REGEXP = /^(?:\s|\/\/[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*,/;

/** The offset of the comma after a value, across comments. */
function commaAfter(text: string, from: number, to: number): number | undefined {
  const found = COMMA_REGEXP.exec(text.slice(from, to));
  return found === null ? undefined : from + found[0].length - 1;
}
