import { ok } from "../../core/mod.ts";
import { closedLine, type ConfigFormat, lineEndOf, splice } from "./format.ts";

const OPEN = "# >>> geminitro >>>";
const CLOSE = "# <<< geminitro <<<";
// deno-lint-ignore geminitro/linear-regexps -- the user's own script
const BLOCK_REGEXP = /^# >>> geminitro >>>\r?\n([^]*?)^# <<< geminitro <<<(?:\r?\n|$)/m;

/** A script with one marked block in it, which is the value at `block`. */
export const markedBlock: ConfigFormat = {
  parse(text) {
    const found = BLOCK_REGEXP.exec(text);
    return ok(found === null ? {} : { block: found[1]!.replaceAll("\r\n", "\n").trimEnd() });
  },

  set(text, _path, value) {
    const eol = lineEndOf(text);
    const block = [OPEN, ...String(value).split("\n"), CLOSE, ""].join(eol);
    const there = BLOCK_REGEXP.exec(text);
    if (there !== null) return splice(text, there.index, there.index + there[0].length, block);
    return closedLine(text, eol) + (text.trim() === "" ? "" : eol) + block;
  },

  remove(text) {
    const there = BLOCK_REGEXP.exec(text);
    if (there === null) return undefined;
    const gap = /(?<=\n)\r?\n$/.exec(text.slice(0, there.index))?.[0].length ?? 0;
    return splice(text, there.index - gap, there.index + there[0].length, "");
  },
};
