/** Lines `start` to `end` of the first text are `lines` in the second. */
export interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** More comparisons than this, and the changed middle is one hunk. */
const MOST_COMPARISONS = 4_000_000;

/** A text's lines with their line ends. */
export function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]+\n?|\n/g) ?? [];
}

/** The fewest changed lines between two texts. */
export function lineDiff(from: readonly string[], to: readonly string[]): readonly Hunk[] {
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
