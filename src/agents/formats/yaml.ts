import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  stringify,
} from "yaml";
import { err, isObject, ok } from "../../core/mod.ts";
import type { DataPath } from "../contract.ts";
import {
  closedLine,
  type ConfigFormat,
  indentAt,
  lineAfter,
  lineEndOf,
  lineStart,
  placeAt,
  splice,
} from "./format.ts";

/** YAML of one document; a blank text is an empty map. A list at the root is the value at the empty path. */
export const yaml: ConfigFormat = {
  parse(text) {
    const documents = documentsOf(text);
    const [document] = documents;
    if (documents.length > 1) return err({ message: "more than one document", line: 1, column: 1 });
    if (document === undefined || document.contents === null) return ok({});
    const first = document.errors[0];
    if (first !== undefined) {
      return err({
        message: first.message.split("\n")[0]!.split(" at line")[0]!,
        ...placeAt(text, first.pos[0]),
      });
    }
    const data: unknown = document.toJS();
    if (data === null) return ok({});
    return isObject(data) || Array.isArray(data)
      ? ok(data)
      : err({ message: "a map or a list is expected", line: 1, column: 1 });
  },

  set(text, path, value) {
    const found = deepest(text, path);
    if (found === undefined) return undefined;
    const [node, rest, pair] = found;
    if (rest.length > 0 || node === null) return insertEntry(text, node, pair, rest, value);
    const range = node.range;
    return range ? splice(text, range[0], range[1], yamlFlow(value) + lostEnd(text, range[1])) : undefined;
  },

  remove(text, path) {
    const parent = deepest(text, path.slice(0, -1));
    const step = path.at(-1);
    if (parent === undefined || parent[1].length > 0 || step === undefined) return undefined;
    const [node] = parent;
    const at = isMap(node)
      ? node.items.findIndex((one) => isScalar(one.key) && one.key.value === step)
      : Number(step);
    return at < 0 ? undefined : removeEntry(text, node, at);
  },
};

/** The line end that a replaced block included and its replacement must keep. */
function lostEnd(text: string, end: number): string {
  return text[end - 1] === "\n" ? "\n" : "";
}

function documentsOf(text: string): readonly Document[] {
  const documents = parseAllDocuments(text, { lineCounter: new LineCounter(), prettyErrors: false });
  return Array.isArray(documents) ? documents : [];
}

/** The deepest existing node on the path, the rest of the path, and the pair that has the node as its value. */
function deepest(
  text: string,
  path: DataPath,
): readonly [Node | null, DataPath, Pair | undefined] | undefined {
  let node: Node | null = documentsOf(text)[0]?.contents ?? null;
  if (isScalar(node) && node.value === null) node = null;
  let pair: Pair | undefined;
  for (let index = 0; index < path.length; index++) {
    const step = path[index]!;
    if (isAlias(node)) return undefined;
    let next: unknown;
    if (isMap(node)) {
      const at: Pair | undefined = node.items.find((one) => isScalar(one.key) && one.key.value === step);
      if (at === undefined) return [node, path.slice(index), pair];
      pair = at;
      next = at.value;
    } else if (isSeq(node) && typeof step === "number" && step < node.items.length) {
      next = node.items[step];
      pair = undefined;
    } else return [node, path.slice(index), pair];
    if (isPair(next) || (next !== null && !isNode(next))) return undefined;
    node = isScalar(next) && next.value === null && next.source === "" ? null : next;
  }
  return [node, [], pair];
}

/** A value as JSON, which is valid YAML everywhere. */
function yamlFlow(value: unknown): string {
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

/** Adds an entry after the last one of a map or a list; `node` is null for a value that does not exist yet. */
function insertEntry(
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

/**
 * Removes an entry: in block style its lines, in flow style itself and a comma; undefined when its lines contain
 * more.
 */
function removeEntry(text: string, parent: Node | null, at: number): string | undefined {
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

/** Skips comment lines that are indented deeper: they belong to the entry above. */
function behindComments(text: string, at: number, width: number): number {
  // deno-lint-ignore geminitro/linear-regexps -- a number, at the beginning of the text
  return at + new RegExp(`^(?:[ \\t]{${width + 1},}#.*\\n)*`).exec(text.slice(at))![0].length;
}

/** The end of the last value in a node: comments after it belong to what follows. */
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
