import { PLAIN_STYLE, type Style } from "./style.ts";

/** A column is not made narrower than this to fit the terminal: below it rows are shown as blocks. */
const LEAST = 8;
const GAP = 2;

/**
 * Rows with aligned columns under a heading, within the columns of a terminal; colours do not count as width.
 * Cells are wrapped between words inside their column; if that does not fit, each row becomes a block with the
 * heading's words before the values.
 */
export function fitTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
  style: Style = PLAIN_STYLE,
): string[] {
  const all = [head.map((word) => style.dim(word)), ...rows];
  const widths = fittingWidths(all, columns);
  return widths === undefined ? blocks(head, rows, columns, style) : lay(all, widths);
}

/** A line for people, wrapped between words; continuation lines are indented to the text after the line's first gap. */
export function wrapLine(line: string, columns: number): string[] {
  if (width(line) <= columns) return [line];
  const plain = line.replace(COLOUR_REGEXP, "");
  const lead = /^ */.exec(plain)?.[0].length ?? 0;
  const gap = /^ *\S(?:[^ ]| (?! ))* {2,}/.exec(plain)?.[0].length ?? 0;
  const hang = gap > 0 && gap <= columns / 2 ? gap : Math.min(lead, Math.floor(columns / 2));
  const [first = "", ...rest] = wrap(line, columns, columns - hang);
  return [first, ...rest.map((part) => " ".repeat(hang) + part)];
}

// deno-lint-ignore no-control-regex -- colours begin with one
const COLOUR_REGEXP = /\x1b\[[0-9;]*m/g;
const WIDE_REGEXP =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const ASCII_REGEXP = /^[\x20-\x7e]*$/;

/**
 * Columns that a text occupies: a character as a reader sees it may be several code points, and East Asian ones
 * and emoji take two.
 */
export function width(text: string): number {
  const plain = text.replace(COLOUR_REGEXP, "");
  if (ASCII_REGEXP.test(plain)) return plain.length;
  let columns = 0;
  for (const { segment } of new Intl.Segmenter().segment(plain)) columns += WIDE_REGEXP.test(segment) ? 2 : 1;
  return columns;
}

function naturalWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => widths[column] = Math.max(widths[column] ?? 0, width(cell)));
  }
  return widths;
}

/**
 * Column widths that fit; the widest column shrinks first, none below its longest word. Undefined when nothing
 * fits.
 */
function fittingWidths(rows: readonly (readonly string[])[], columns: number): number[] | undefined {
  const widths = naturalWidths(rows);
  const least = widths.map((natural, column) =>
    Math.min(natural, Math.max(LEAST, ...rows.map((row) => longestPiece(row[column] ?? ""))))
  );
  let over = widths.reduce((sum, one) => sum + one, 0) + GAP * (widths.length - 1) - columns;
  while (over > 0) {
    const spare = widths.map((one, column) => one > least[column]! ? one : 0);
    const widest = Math.max(...spare);
    if (widest <= 0) return undefined;
    widths[spare.indexOf(widest)]!--;
    over--;
  }
  return widths;
}

function lay(rows: readonly (readonly string[])[], widths: readonly number[]): string[] {
  return rows.flatMap((row) => {
    const cells = row.map((cell, column) => wrap(cell, widths[column]!, widths[column]!));
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      cells.map((lines, column) => {
        const text = lines[line] ?? "";
        return text + " ".repeat(Math.max(0, widths[column]! - width(text)));
      }).join(" ".repeat(GAP)).trimEnd());
  });
}

function blocks(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
  style: Style,
): string[] {
  const names = Math.max(...head.map(width));
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : [""]),
    ...row.flatMap((cell, column) =>
      cell === "" ? [] : wrap(cell, columns - names - GAP, columns - names - GAP).map((text, line) => {
        const name = line === 0 ? head[column] ?? "" : "";
        return style.dim(name) + " ".repeat(names + GAP - width(name)) + text;
      })
    ),
  ]);
}

/** Splits a text where a line may end: after blanks, and after a comma, slash or hyphen inside a long name. */
function pieces(text: string): string[] {
  return text.split(/(?<= )(?! )|(?<=[^ ][,/|])(?=[^ ])/);
}

function longestPiece(text: string): number {
  return Math.max(0, ...pieces(text).map((piece) => width(piece.trimEnd())));
}

/** Wraps a text to so many columns without cutting words. A colour continues over line ends. */
function wrap(text: string, first: number, rest: number): string[] {
  if (width(text) <= first) return [text];
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces(text)) {
    const space = lines.length === 0 ? first : rest;
    if (line.trim() !== "" && width(line) + width(piece.trimEnd()) > space) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  return closeColours([...lines, line.trimEnd()]);
}

/** Ends an open colour at the end of each line and reopens it on the next, so that gaps and other cells stay plain. */
function closeColours(lines: readonly string[]): string[] {
  let open = "";
  return lines.map((line) => {
    const begun = open + line;
    for (const [code] of line.matchAll(COLOUR_REGEXP)) open = ENDS.has(code) ? "" : code;
    return open === "" ? begun : `${begun}\x1b[0m`;
  });
}

const ENDS: ReadonlySet<string> = new Set(["\x1b[0m", "\x1b[22m", "\x1b[39m"]);
