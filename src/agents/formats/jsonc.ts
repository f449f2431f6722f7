import { type Node, parse, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { err, isObject, ok } from "../../core/mod.ts";
import type { DataPath } from "../contract.ts";
import { type ConfigFormat, placeAt, splice } from "./format.ts";
import { insertChild, removeChild, valueText } from "./jsonc_edit.ts";

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

/** The last node on the path that is there, and what of the path is left. */
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
