import { redact } from "../core/mod.ts";
import type { Edit } from "./contract.ts";

/** Lines `start` to `end` of the first text become `lines` in the second. */
interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** Beyond so many comparisons the changed middle becomes one hunk. */
const MOST_COMPARISONS = 4_000_000;

/** A text's lines with their line ends. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]+\n?|\n/g) ?? [];
}

/** The fewest changed lines between two texts. */
function lineDiff(from: readonly string[], to: readonly string[]): readonly Hunk[] {
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head++;
  let tail = 0;
  while (
    tail < from.length - head && tail < to.length - head &&
    from[from.length - 1 - tail] === to[to.length - 1 - tail]
  ) tail++;
  const a = from.slice(head, from.length - tail);
  const b = to.slice(head, to.length - tail);
  if (a.length === 0 && b.length === 0) return [];
  if (a.length * b.length > MOST_COMPARISONS) return [{ start: head, end: head + a.length, lines: b }];
  return middle(a, b).map(({ start, end, lines }) => ({ start: start + head, end: end + head, lines }));
}

function middle(a: readonly string[], b: readonly string[]): readonly Hunk[] {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j]
        ? common[(i + 1) * width + j + 1]! + 1
        : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  const hunks: Hunk[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [fromI, fromJ] = [i, j];
    while ((i < a.length || j < b.length) && !(i < a.length && j < b.length && a[i] === b[j])) {
      const isGone = j >= b.length ||
        (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!);
      if (isGone) i++;
      else j++;
    }
    if (i > fromI || j > fromJ) hunks.push({ start: fromI, end: i, lines: b.slice(fromJ, j) });
    while (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
  }
  return hunks;
}

const CONTEXT = 3;

/** The unified diff of one file; a missing side is `/dev/null`. Empty when both are the same. */
function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
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

/** The default key of the proxy: not a secret, and a common word. */
const OPEN_KEY = "geminitro";

/** The value after a name that suggests a secret; `$NAME` and `{env:NAME}` are not secrets. */
const NAMED_SECRET_REGEXP =
  /((?:api[_-]?key|bearer_token|auth_token|secret|password)["']?\s*[:=]\s*["']?)([^\s"',}${][^\s"',}]{5,})/gi;

/** The unified diff of all edits, without secrets: neither the proxy's key nor others nearby. */
export function planDiff(edits: readonly Edit[], apiKey?: string): string {
  const text = edits.map(({ path, before, after }) => unifiedDiff(path, before, after)).join("");
  const named = text.replace(
    NAMED_SECRET_REGEXP,
    (_all, name: string, value: string) => name + (value === OPEN_KEY ? value : "[hidden]"),
  );
  const own = apiKey === undefined || apiKey === OPEN_KEY || apiKey.length < 6
    ? named
    : named.replaceAll(apiKey, "[hidden]");
  return redact(own);
}
