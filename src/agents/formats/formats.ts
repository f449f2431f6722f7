import type { FormatName } from "../contract.ts";
import { closedLine, type ConfigFormat, lineAfter, lineEndOf, lineStart, splice } from "./format.ts";
import { jsonc } from "./jsonc.ts";
import { toml } from "./toml.ts";
import { yaml } from "./yaml.ts";
import { ok } from "../../core/mod.ts";

const OPEN = "# >>> geminitro >>>";
const CLOSE = "# <<< geminitro <<<";
// deno-lint-ignore geminitro/linear-regexps -- the user's own script
const BLOCK_REGEXP = /^# >>> geminitro >>>\r?\n([^]*?)^# <<< geminitro <<<(?:\r?\n|$)/m;

/** A script whose marked block is the value at `block`. */
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

/** Lines of a .env file: name, value. */
const LINE_REGEXP = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=(.*)$/gm;

/** A .env file, line by line; lines of other forms are left alone. The last of two lines with one name counts. */
export const envFile: ConfigFormat = {
  parse(text) {
    return ok(
      Object.fromEntries(
        [...text.matchAll(LINE_REGEXP)].map((match) => [match[1]!, unquoted(match[2]!.trim())]),
      ),
    );
  },

  set(text, path, value) {
    const line = `${path[0]}=${quoted(String(value))}`;
    const there = find(text, path[0]);
    if (there === undefined) {
      const eol = lineEndOf(text);
      return closedLine(text, eol) + line + eol;
    }
    return splice(text, there.index, there.index + there[0].trimEnd().length, line);
  },

  remove(text, path) {
    const there = find(text, path[0]);
    return there === undefined
      ? undefined
      : splice(text, lineStart(text, there.index), lineAfter(text, there.index), "");
  },
};

function find(text: string, name: string | number | undefined): RegExpExecArray | undefined {
  return [...text.matchAll(LINE_REGEXP)].findLast((match) => match[1] === name);
}

function unquoted(value: string): string {
  const [quote] = value;
  if (quote === '"' || quote === "'") {
    // Finds the last quote that is followed by nothing or by a comment.
    for (let end = value.lastIndexOf(quote); end > 0; end = value.lastIndexOf(quote, end - 1)) {
      if (/^(?:\s+#|$)/.test(value.slice(end + 1))) return value.slice(1, end);
    }
  }
  const comment = value.search(/\s#/);
  return comment < 0 ? value : value.slice(0, comment).trimEnd();
}

function quoted(value: string): string {
  return /^[\w.:/@%+,=-]*$/.test(value) ? value : `"${value}"`;
}

export const FORMATS: Readonly<Record<FormatName, ConfigFormat>> = {
  jsonc,
  toml,
  yaml,
  env: envFile,
  block: markedBlock,
};
