import { type Hunk, lineDiff, linesOf } from "./line_diff.ts";

/** `theirs` with the changes that lead from `base` to `mine`; undefined when both touch the same or neighbouring lines. */
export function merge(base: string, mine: string, theirs: string): string | undefined {
  const lines = linesOf(base);
  const own = lineDiff(lines, linesOf(mine));
  const other = lineDiff(lines, linesOf(theirs));
  if (own.some((one) => other.some((two) => meet(one, two)))) return undefined;
  const out: string[] = [];
  let at = 0;
  for (const hunk of [...own, ...other].sort((a, b) => a.start - b.start)) {
    out.push(...lines.slice(at, hunk.start), ...hunk.lines);
    at = hunk.end;
  }
  return [...out, ...lines.slice(at)].join("");
}

function meet(a: Hunk, b: Hunk): boolean {
  return a.start <= b.end && b.start <= a.end;
}
