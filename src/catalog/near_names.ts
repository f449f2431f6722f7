/** Names with more differences than this share of their length are not alike. */
const TOLERANCE = 0.4;

/** Levenshtein's distance of two short texts. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const swap = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}

/** Up to `count` known names that look like the wrong one, the most alike first. */
export function nearNames(wrong: string, known: Iterable<string>, count = 3): readonly string[] {
  const name = wrong.slice(0, 100).toLowerCase();
  return [...known]
    .map((candidate) => ({ candidate, far: distance(name, candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= TOLERANCE * Math.max(name.length, candidate.length))
    .sort((one, other) => one.far - other.far || (one.candidate < other.candidate ? -1 : 1))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
