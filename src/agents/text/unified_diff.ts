import { type Hunk, lineDiff, linesOf } from "./line_diff.ts";

const CONTEXT = 3;

/** The unified diff of one file; a missing side is `/dev/null`. Empty when both are the same. */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  const from = linesOf(before ?? "");
  const hunks = lineDiff(from, linesOf(after ?? ""));
  if (hunks.length === 0 && (before === undefined) === (after === undefined)) return "";
  const head = `--- ${before === undefined ? "/dev/null" : path}\n+++ ${
    after === undefined ? "/dev/null" : path
  }\n`;
  let shift = 0;
  const bodies = grouped(hunks).map((group) => {
    const start = Math.max(0, group[0]!.start - CONTEXT);
    const end = Math.min(from.length, group.at(-1)!.end + CONTEXT);
    const lines = bodyOf(from, group, start, end);
    const added = group.reduce((sum, hunk) => sum + hunk.lines.length - (hunk.end - hunk.start), 0);
    const range = `@@ -${spanOf(start, end - start)} +${spanOf(start + shift, end - start + added)} @@\n`;
    shift += added;
    return range + lines.join("");
  });
  return head + bodies.join("");
}

function spanOf(start: number, count: number): string {
  const first = count === 0 ? start : start + 1;
  return count === 1 ? `${first}` : `${first},${count}`;
}

function grouped(hunks: readonly Hunk[]): readonly (readonly Hunk[])[] {
  const groups: Hunk[][] = [];
  for (const hunk of hunks) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && hunk.start - last.end <= 2 * CONTEXT) groups.at(-1)!.push(hunk);
    else groups.push([hunk]);
  }
  return groups;
}

function bodyOf(
  from: readonly string[],
  group: readonly Hunk[],
  start: number,
  end: number,
): readonly string[] {
  const lines: string[] = [];
  let at = start;
  for (const hunk of group) {
    lines.push(...from.slice(at, hunk.start).map((line) => marked(" ", line)));
    lines.push(...from.slice(hunk.start, hunk.end).map((line) => marked("-", line)));
    lines.push(...hunk.lines.map((line) => marked("+", line)));
    at = hunk.end;
  }
  return [...lines, ...from.slice(at, end).map((line) => marked(" ", line))];
}

function marked(mark: string, line: string): string {
  return line.endsWith("\n") ? mark + line : `${mark}${line}\n\\ No newline at end of file\n`;
}
