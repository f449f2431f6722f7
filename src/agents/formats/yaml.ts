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
} from "yaml";
import { err, isObject, ok } from "../../core/mod.ts";
import type { DataPath } from "../contract.ts";
import { type ConfigFormat, placeAt, splice } from "./format.ts";
import { insertEntry, removeEntry, yamlFlow } from "./yaml_edit.ts";

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

/** A block ends behind its last line end; what takes its place must keep that. */
function lostEnd(text: string, end: number): string {
  return text[end - 1] === "\n" ? "\n" : "";
}

function documentsOf(text: string): readonly Document[] {
  const documents = parseAllDocuments(text, { lineCounter: new LineCounter(), prettyErrors: false });
  return Array.isArray(documents) ? documents : [];
}

/** The last node on the path that is there, what of the path is left, and the pair that the node is the value of. */
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
