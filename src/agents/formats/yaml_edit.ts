import { isMap, isNode, isPair, isSeq, type Node, type Pair, stringify } from "yaml";
import type { DataPath } from "../contract.ts";
import { closedLine, indentAt, lineAfter, lineEndOf, lineStart, splice } from "./format.ts";

/** A value in the JSON form that YAML takes in every place. */
export function yamlFlow(value: unknown): string {
  return typeof value === "object" && value !== null
    ? JSON.stringify(value)
    : stringify(value, { lineWidth: 0 }).trimEnd();
}

function block(entry: unknown, indent: string, eol: string): string {
  return stringify(entry, { lineWidth: 0 }).trimEnd().split("\n").map((line) => indent + line).join(eol) +
    eol;
}

function entryOf(path: DataPath, value: unknown): unknown {
  return path.reduceRight<unknown>(
    (inner, step) => typeof step === "number" ? [inner] : { [step]: inner },
    value,
  );
}

/** Adds an entry behind the last one of a map or a list; `node` null stands for a value that is not there yet. */
export function insertEntry(
  text: string,
  node: Node | null,
  pair: Pair | undefined,
  rest: DataPath,
  value: unknown,
): string | undefined {
  const eol = lineEndOf(text);
  const entry = entryOf(rest, value);
  if (node === null) {
    if (pair === undefined) return closedLine(text, eol) + block(entry, "", eol);
    const key = isNode(pair.key) ? pair.key.range : undefined;
    if (!key) return undefined;
    const at = lineAfter(text, key[1]);
    return closedLine(text.slice(0, at), eol) + block(entry, indentAt(text, key[0]) + "  ", eol) +
      text.slice(at);
  }
  if ((!isMap(node) && !isSeq(node)) || isSeq(node) !== (typeof rest[0] === "number") || !node.range) {
    return undefined;
  }
  const [start, end] = node.range;
  if (node.flow === true) return intoFlow(text, node.items.length, start, end, entry);
  const width = start - lineStart(text, start);
  const at = behindComments(text, lineAfter(text, contentEnd(text, node) - 1), width);
  const indent = " ".repeat(width);
  return closedLine(text.slice(0, at), eol) + block(entry, indent, eol) + text.slice(at);
}

/** Before the closing bracket: the entry without its own brackets. */
function intoFlow(text: string, count: number, start: number, end: number, entry: unknown): string {
  const close = start + text.slice(start, end).trimEnd().length - 1;
  const written = yamlFlow(entry).slice(1, -1);
  const kept = text.slice(start + 1, close).trimEnd();
  const comma = count === 0 || kept.endsWith(",") ? "" : ", ";
  return splice(text, start + 1 + kept.length, close, comma + written);
}

/** Where an entry of a map or a list begins and ends. */
type Span = readonly [number, number];

function spanOf(text: string, entry: unknown): Span | undefined {
  const first = isPair(entry) ? entry.key : entry;
  if (!isNode(first) || !first.range) return undefined;
  const end = isPair(entry)
    ? Math.max(contentEnd(text, entry.key), contentEnd(text, entry.value))
    : contentEnd(text, entry);
  return [first.range[0], end];
}

/** Takes out an entry: its lines in a block, itself and a comma between brackets; undefined when more stands on its lines. */
export function removeEntry(text: string, parent: Node | null, at: number): string | undefined {
  if (!isMap(parent) && !isSeq(parent)) return undefined;
  const span = spanOf(text, parent.items[at]);
  if (span === undefined) return undefined;
  const [start, end] = span;
  if (parent.flow === true) {
    const next = spanOf(text, parent.items[at + 1]);
    const previous = spanOf(text, parent.items[at - 1]);
    return next !== undefined
      ? splice(text, start, next[0], "")
      : splice(text, previous === undefined ? start : previous[1], end, "");
  }
  const from = lineStart(text, start);
  const lead = text.slice(from, start);
  if (!/^[ \t]*(?:- *)?$/.test(lead) || (isMap(parent) && lead.includes("-"))) return undefined;
  return splice(text, from, lineAfter(text, end - 1), "");
}

/** Over comment lines that are indented deeper: they belong to what stands above. */
function behindComments(text: string, at: number, width: number): number {
  // deno-lint-ignore geminitro/linear-regexps -- a number, at the beginning of the text
  return at + new RegExp(`^(?:[ \\t]{${width + 1},}#.*\\n)*`).exec(text.slice(at))![0].length;
}

/** Where the last value in a node ends: the comments behind it belong to what follows. */
function contentEnd(text: string, node: unknown): number {
  if (!isNode(node)) return 0;
  const [start, end] = node.range ?? [0, 0];
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (last !== undefined) return Math.max(contentEnd(text, last.key), contentEnd(text, last.value));
  }
  if (isSeq(node) && node.flow !== true) {
    const last = contentEnd(text, node.items.at(-1));
    if (last > 0) return last;
  }
  return start + text.slice(start, end).trimEnd().length;
}
